"""Bytes become text: every encoding that Vietnamese pages have had, declared rightly, wrongly or not at all."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text import clean
from crawler.errors import Rejected
from crawler.extract import legacy
from crawler.extract.codepages import CODE_PAGES
from crawler.extract.decode import decode
from crawler.extract.syllables import is_syllable
from tests.pages import MARKUP, SCREEN, page

DATA = Path(__file__).parents[1] / "data"
STORY = (
    "Nhà trường khẳng định: nghĩa tình biên giới ở Lũng Cú mãi đẹp, bà con thẳng thắn góp ý, giữ rừng và nguồn nước "
    "cho trẻ nhỏ, kỳ vọng đường mới sẽ nối hai tỉnh."
)
# The same sentence as bytes, not made by our tables: TCVN3, VISCII, windows-1258 by glibc's iconv, VPS checked with
# viparse, VNI as typed.
IN_TCVN3 = (
    b"Nh\xb5 tr\xad\xeang kh\xbcng \xae\xdenh: ngh\xdca t\xd7nh bi\xaan gi\xedi \xeb L\xf2ng C\xf3 m\xb7i \xae\xd1p, "
    b"b\xb5 con th\xbcng th\xben g\xe3p \xfd, gi\xf7 r\xf5ng v\xb5 ngu\xe5n n\xad\xedc cho tr\xce nh\xe1, k\xfa "
    b"v\xe4ng \xae\xad\xeang m\xedi s\xcf n\xe8i hai t\xd8nh."
)
IN_VNI = (
    "Nhaø tröôøng khaúng ñònh: nghóa tình bieân giôùi ôû Luõng Cuù maõi ñeïp, baø con thaúng thaén goùp yù, giöõ röøng "
    "vaø nguoàn nöôùc cho treû nhoû, kyø voïng ñöôøng môùi seõ noái hai tænh."
).encode("latin-1")
IN_VISCII = (
    b"Nh\xe0 tr\xdf\xb6ng kh\xc6ng \xf0\xb8nh: ngh\xeea t\xecnh bi\xean gi\xbei \xb7 L\xfbng C\xfa m\xe3i \xf0\xa9p, "
    b"b\xe0 con th\xc6ng th\xa1n g\xf3p \xfd, gi\xe6 r\xd7ng v\xe0 ngu\xb0n n\xdf\xbec cho tr\xeb nh\xf6, k\xcf "
    b"v\xf7ng \xf0\xdf\xb6ng m\xbei s\xa8 n\xafi hai t\xefnh."
)
IN_VPS = (
    b"Nh\xe0 tr\xdc\xa9ng kh\xa3ng \xc7\xcenh: ngh\xefa t\xecnh bi\xean gi\xa7i \xaa L\xdbng C\xfa m\xe3i \xc7\xcbp, "
    b"b\xe0 con th\xa3ng th\xa1n g\xf3p \x9a, gi\xbb r\xd8ng v\xe0 ngu\xd2n n\xdc\xa7c cho tr\xc8 nh\xd5, k\xff "
    b"v\x86ng \xc7\xdc\xa9ng m\xa7i s\xeb n\xd3i hai t\xccnh."
)
IN_WINDOWS_1258 = (
    b"Nh\xe0 tr\xfd\xf5\xccng kh\xe3\xd2ng \xf0i\xf2nh: nghi\xdea ti\xccnh bi\xean gi\xf5\xeci \xf5\xd2 Lu\xdeng C\xfa "
    b"ma\xdei \xf0e\xf2p, b\xe0 con th\xe3\xd2ng th\xe3\xecn g\xf3p y\xec, gi\xfd\xde r\xfd\xccng v\xe0 ngu\xf4\xccn "
    b"n\xfd\xf5\xecc cho tre\xd2 nho\xd2, ky\xcc vo\xf2ng \xf0\xfd\xf5\xccng m\xf5\xeci se\xde n\xf4\xeci hai ti\xd2nh."
)
LEGACY = {"TCVN3": IN_TCVN3, "VNI": IN_VNI, "VISCII": IN_VISCII, "VPS": IN_VPS}
ONE_BYTE = {**LEGACY, "windows-1258": IN_WINDOWS_1258}
DECLARED = ["text/html", *(f"text/html; charset={name}" for name in ("utf-8", "iso-8859-1", "windows-1258", "x-none"))]


def in_html(story: bytes) -> bytes:
    return b"<html><head><title>Tin</title></head><body><p>" + story + b"</p></body></html>"


@pytest.mark.parametrize("kind", DECLARED)
@pytest.mark.parametrize("name", ONE_BYTE)
def test_one_byte_encodings_are_read_whatever_is_declared(name: str, kind: str) -> None:
    assert decode(page(in_html(ONE_BYTE[name]), kind=kind)) == in_html(STORY.encode()).decode()
    assert decode(page(ONE_BYTE[name], kind=kind.replace("html", "plain"))) == STORY


@pytest.mark.parametrize("kind", DECLARED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_whatever_is_declared(codec: str, form: str, kind: str) -> None:
    text = unicodedata.normalize(form, MARKUP)  # type: ignore[arg-type]
    assert decode(page(text.encode(codec), kind=kind)) == clean(MARKUP)


@pytest.mark.parametrize("name", LEGACY)
@pytest.mark.parametrize("read_as", ["latin-1", "windows-1252"])
def test_legacy_text_that_a_portal_moved_into_utf_8(name: str, read_as: str) -> None:
    # Bytes that windows-1252 leaves free stay control characters, as in every browser.
    stored = "".join(
        bytes([byte]).decode(read_as, "replace").replace("\ufffd", chr(byte)) for byte in in_html(LEGACY[name])
    )
    assert decode(page(stored)) == in_html(STORY.encode()).decode()


def test_a_legacy_story_inside_a_unicode_page() -> None:
    story = IN_TCVN3.decode("latin-1")
    html = (
        f'<meta name="description" content="{story}"><style>.a {{font-family: ".VnTime"}}</style>'
        f'<ul><li>Trang chủ</li><li>Thông tin</li><li>Văn hóa</li></ul><h1 title="Thông báo">Tin biên giới</h1>'
        f'<font face=".VnTime"><p>{story}</p><p>cã</p></font><img alt="C¸n bé x·" src="/µ¸·/®.jpg">'
        f'<font face=".VnTimeH">tØnh ®oµn</font><p>&copy; 2006 Báo Làng, bản quyền đã đăng ký</p>'
        f"<script>var s = 'nhµ tr­êng';</script><!-- ®· -->"
    )
    text = decode(page(html))
    assert text.count(STORY) == 2
    assert "<li>Thông tin</li>" in text
    assert 'title="Thông báo"' in text
    assert "<p>có</p>" in text, "what reads both ways goes with the run before it"
    assert 'alt="Cán bộ xã" src="/µ¸·/®.jpg"' in text
    assert ">TỈNH ĐOÀN</font>" in text
    assert "&copy; 2006 Báo Làng, bản quyền đã đăng ký" in text
    assert "var s = 'nhµ trêng'" in text, "scripts stay as they are, but for the soft hyphen"


def test_legacy_text_in_character_references() -> None:
    named = {0xB5: "micro", 0xAA: "ordf", 0xAE: "reg", 0xAD: "shy", 0xEA: "ecirc", 0xDE: "THORN"}
    body = "".join(f"&{named[b]};" if b in named else f"&#{b};" if b > 127 else chr(b) for b in IN_TCVN3)
    assert decode(page(f"<p>{body}&nbsp;&lt;&amp;</p>")) == f"<p>{STORY}&nbsp;&lt;&amp;</p>"


def test_capitals_typed_in_tcvn3() -> None:
    heading = "céng hßa x· héi, Hµ Néi, HOµ B×NH, §¹I §OµN KÕT – 500.000®".encode("cp1252")
    text = decode(page(b"<h1>" + heading + b"</h1><p>" + IN_TCVN3 + b"</p>"))
    assert "<h1>cộng hòa xã hội, Hà Nội, HOÀ BÌNH, ĐẠI ĐOÀN KẾT – 500.000đ</h1>" in text


def test_a_few_bad_bytes_do_not_turn_a_page_into_another_encoding() -> None:
    body = MARKUP.encode().replace("Chợ".encode(), "Chợ".encode()[:-1], 1).replace(b"</body>", b"\xa0\x93</body>")
    text = decode(page(body))
    assert text.count("\ufffd") == 3, "the damage stays visible"
    assert "Ch\ufffd phiên vùng cao đón khách" in text
    assert "đông gấp rưỡi năm ngoái" in text


@pytest.mark.parametrize("read_as", ["latin-1", "sloppy-windows-1252"])
def test_utf_8_stored_as_latin_is_put_right(read_as: str) -> None:
    import ftfy.bad_codecs  # noqa: F401 - brings the codec of that name

    once = STORY.encode().decode(read_as)
    twice = once.encode().decode(read_as)
    assert decode(page(f"<p>Trang chủ</p><p>{once}</p>\n<b>Bản đồ {twice}</b>")) == (
        f"<p>Trang chủ</p><p>{STORY}</p>\n<b>Bản đồ {STORY}</b>"
    )


def test_other_languages_are_left_alone() -> None:
    french = "L'été dernier, les élèves français ont reçu des gâteaux à Noël; où êtes-vous allés, près du château? "
    spanish = "El señor Núñez llegó mañana; él está aquí, más allá del río, con los niños pequeños. ¿Qué pasó? "
    german = "Für die Übung mögen wir schöne Grüße aus München, Köln und Düsseldorf, wo die Straße größer ist. "
    for text in (french * 9, spanish * 9, german * 9):
        assert decode(page(text)) == clean(text)
        assert decode(page(text.encode("cp1252"))) == clean(text)
    chinese, thai = "河江省边境口岸恢复通关,两国举行友好植树活动。" * 5, "สวัสดีชาวจังหวัดชายแดน " * 5
    assert decode(page(chinese.encode("gb2312"), kind="text/html; charset=gb2312")) == clean(chinese)
    assert decode(page(b'<meta charset="windows-874">' + thai.encode("cp874"))).endswith(clean(thai))


def test_names_of_footballers_do_not_make_a_page_legacy() -> None:
    text = "Müller, Özil, Ñíguez, Håland, Ødegaard, Agüero, São Tomé và Cátia, Thuân, Hà: 3 × 2, 50 m², ® ½ «hay» "
    assert legacy.convert(f"<p>{text}</p>" * 20) == f"<p>{text}</p>" * 20


def test_our_unicode_texts_are_never_touched() -> None:
    rows = (DATA / "labelled/themes.jsonl").read_text("utf-8").splitlines()
    pages = [path.read_text("utf-8") for path in (DATA / "sample").rglob("*") if path.suffix in {".html", ".txt"}]
    texts = [text for row in rows for text in json.loads(row).values() if isinstance(text, str)]
    assert texts
    for text in [*texts, *pages, MARKUP, SCREEN]:
        assert legacy.convert(text) is text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_page"),
        (b" \r\n\t", "empty_page"),
        (b"\xef\xbb\xbf", "empty_page"),
        (b"\xff\xfe", "empty_page"),
        (b"%PDF-1.4 ...", "not_text"),
        (b"\x89PNG\r\n", "not_text"),
        (bytes(range(256)) * 20, "not_text"),
    ],
)
def test_what_holds_no_text_is_rejected_by_name(body: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        decode(page(body))
    assert caught.value.reason == reason


def test_syllables() -> None:
    good = [
        "nghiêng",
        "khuỷu",
        "giếng",
        "gì",
        "quýt",
        "quốc",
        "khoẻ",
        "Đẹp",
        "ƯỚC",
        "uống",
        "yêu",
        "thuở",
        "xoong",
        "ở",
    ]
    assert [word for word in good if not is_syllable(word)] == []
    bad = ["bâc", "été", "señor", "für", "vàe", "đât", "mất\u0301", "cÁ", "nghiêngg", "f", "Krông", "đ"]
    assert [word for word in bad if is_syllable(word)] == []


def test_hostile_pages_are_decoded() -> None:
    news = (MARKUP * 60).encode()[:163_840]
    for body in (
        news,
        in_html(b"<p>".join([IN_TCVN3] * 1000)),
        b"<" * 200_000,
        b"<!--" * 50_000,
        b"<script " * 50_000,
        ('<a alt="' * 50_000 + "µ¸ß").encode(),
        ("nhµ" * 100_000 + "µ¸ß").encode("latin-1"),
        (STORY * 10 + "á»¿" * 100_000).encode(),
    ):
        decode(page(body))


SYLLABLES = (STORY.replace(":", "").replace(",", "").replace(".", "") + " Ạ Ẩ Ẵ Ỹ Ỵ ẳng Ợt ộc Ũng Õng Ầm Ễnh").split()
ENOUGH = st.lists(st.sampled_from(SYLLABLES), min_size=20, max_size=60, unique=True).map(" ".join)


def encoder(name: str) -> Callable[[str], bytes]:
    """The inverse of one of our code pages; small letters where it has no capitals."""
    convert = next(code_page.convert for code_page in CODE_PAGES if code_page.name == name)
    latin = [chr(code) for code in (*range(32), *range(127, 256)) if code not in b"\t\n\f\r "]
    pairs = [base + mark for base in "aeiouyôöAEIOUYÔÖ" for mark in latin] if name == "VNI" else []
    table: dict[str, str] = {}
    for legacy_letters in (*pairs, *latin):
        table[convert(legacy_letters)] = legacy_letters
    return lambda text: "".join(table.get(char, table.get(char.lower(), char)) for char in text).encode("latin-1")


@pytest.mark.parametrize("name", LEGACY)
@settings(max_examples=40, deadline=None)
@given(text=ENOUGH)
def test_any_vietnamese_survives_a_legacy_encoding(name: str, text: str) -> None:
    expected = clean(text)
    if name == "TCVN3":
        expected = text = text.lower()
    assert decode(page(encoder(name)(text))) == expected


def as_windows_1258(text: str) -> bytes:
    def letter(char: str) -> bytes:
        with contextlib.suppress(UnicodeEncodeError):
            return char.encode("cp1258")
        base, *marks = list(unicodedata.normalize("NFD", char))
        tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        marks.remove(tone)
        return (unicodedata.normalize("NFC", base + "".join(marks)) + tone).encode("cp1258")

    return b"".join(map(letter, text))


@settings(max_examples=60, deadline=None)
@given(text=ENOUGH, codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1258"]))
def test_any_vietnamese_survives_every_other_encoding(text: str, codec: str) -> None:
    body = as_windows_1258(text) if codec == "windows-1258" else unicodedata.normalize("NFD", text).encode(codec)
    assert decode(page(body)) == clean(text)


@settings(max_examples=300, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=400),
        st.binary(max_size=60).map(lambda tail: IN_TCVN3 + tail),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text("áàº»µ¸®\x80\x9d<>&#;\"' abc\n", max_size=80).map(lambda text: (text * 3).encode()),
    ),
    kind=st.sampled_from([*DECLARED, "", "text/html; charset=", "text/html; charset=idna", "text/html; charset=hex"]),
)
def test_any_bytes_give_clean_text_or_a_named_rejection(body: bytes, kind: str) -> None:
    with contextlib.suppress(Rejected):  # any other exception fails the test
        text = decode(page(body, kind=kind))
        assert text == clean(text)
        assert text.strip()
