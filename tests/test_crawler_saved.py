"""A researcher's own collection as JSON Lines: what is read, and the sentence for each line that is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Article
from corpus.store import Corpus
from crawler.saved import SavedFileError, articles_in, page_of

GOOD = {"title": "Khơi mương", "text": "Nước về tận chân ruộng.\nBa xóm cùng làm."}


def read(folder: Path, *rows: object) -> list[Article | SavedFileError]:
    path = folder / "rows.jsonl"
    path.write_bytes(b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows))
    return list(articles_in(path))


def only(folder: Path, **changes: Any) -> Article:
    (article,) = read(folder, {**GOOD, **changes})
    assert isinstance(article, Article), article
    return article


def test_a_row_is_an_article_with_clean_texts(tmp_path: Path) -> None:
    article = only(
        tmp_path,
        title=" Khơi\u00a0mương\u200b ",
        url="HTTPS://Baohagiang.vn/a/?utm_source=x#y",
        section=" Xã  hội ",
        authors=["Hoàng\u00adMây", " "],
        agency="",
        published_at="2025-02-11T08:30",
    )
    assert (article.title, article.section, article.authors) == ("Khơi mương", "Xã hội", ("HoàngMây",))
    assert article.url == "https://baohagiang.vn/a/"
    assert article.agency is None
    assert article.body == ["Nước về tận chân ruộng.", "Ba xóm cùng làm."]
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2025-02-11T08:30:00+07:00"
    assert article.published_precision == "minute"


def test_a_day_is_a_day_under_either_key(tmp_path: Path) -> None:
    for key in ("published_at", "date"):
        article = only(tmp_path, **{key: "2025-02-11"})
        assert article.published_at is not None
        assert (article.published_at.isoformat(), article.published_precision) == ("2025-02-11T00:00:00+07:00", "day")


@pytest.mark.parametrize(
    ("day", "province"), [("2025-06-30", "Hà Giang"), ("2025-07-01", "Tuyên Quang"), (None, "Hà Giang")]
)
def test_the_province_is_that_of_the_day(tmp_path: Path, day: str | None, province: str) -> None:
    assert only(tmp_path, province="tỉnh Hà Giang", date=day).province == province


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "\u200b "}, "key 'title': must not be empty"),
        ({"text": "\ufeff\n"}, "key 'text': must not be empty"),
        ({"title": 7}, "key 'title'"),
        ({"published_at": 1735689600}, "key 'published_at': 1735689600 is no date"),
        ({"published_at": "1735689600"}, "key 'published_at': '1735689600' is no date"),
        ({"published_at": True}, "key 'published_at': True is no date"),
        ({"published_at": "0001-01-01T00:00+14:00"}, "key 'published_at': '0001-01-01T00:00+14:00' is no date"),
        ({"date": "2025-13-01"}, "key 'date': '2025-13-01' is no date"),
        ({"date": (datetime.now(UTC) + timedelta(days=3)).date().isoformat()}, "is still to come"),
        ({"url": "http://[x"}, "key 'url': 'http://[x' is no address on the web"),
        ({"url": "ftp://a.vn/b"}, "key 'url': 'ftp://a.vn/b' is no address on the web"),
        ({"url": "javascript:alert(1)"}, "is no address on the web"),
        ({"url": "http://a.vn:99999/"}, "is no address on the web"),
        ({"url": "urn:sha256:00"}, "is no address on the web"),
        ({"province": "Sao Hỏa"}, "key 'province': 'Sao Hỏa' is not a province"),
        ({"authors": "Hoàng Mây"}, "key 'authors'"),
        ({"tags": [1]}, "key 'tags.0'"),
    ],
    ids=str,
)
def test_a_wrong_value_is_named_and_its_neighbours_stay(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    before, wrong, after = read(tmp_path, GOOD, {**GOOD, **changes}, GOOD)
    assert isinstance(before, Article)
    assert isinstance(after, Article)
    assert isinstance(wrong, SavedFileError)
    assert str(wrong).startswith(f"{tmp_path / 'rows.jsonl'}:2: ")
    assert sentence in str(wrong)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"[1]", b"[" * 200_000, b'{"title": ' + b"9" * 5000 + b"}", b"{"])
def test_a_line_that_is_no_row_is_named_and_its_neighbours_stay(tmp_path: Path, raw: bytes) -> None:
    wrong, after = read(tmp_path, raw, GOOD)
    assert isinstance(wrong, SavedFileError)
    assert "rows.jsonl:1: " in str(wrong)
    assert isinstance(after, Article)


def test_a_byte_order_mark_and_half_an_emoji_do_no_harm(tmp_path: Path) -> None:
    row = json.dumps({**GOOD, "title": "Tin \ud83d", "agency": "\udc00"}).encode()
    (article,) = read(tmp_path, b"\xef\xbb\xbf" + row)
    assert isinstance(article, Article)
    assert (article.title, article.agency) == ("Tin \ufffd", "\ufffd")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert corpus.keep(article, page=None, place=None).kind == "article"


@settings(deadline=None)  # the first row of a process pays for imports
@given(
    st.dictionaries(
        st.sampled_from(["title", "text", "url", "date", "published_at", "province", "tags", "lead"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2),
    )
)
def test_any_row_is_an_article_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, row: dict[str, object]) -> None:
    (item,) = read(tmp_path_factory.getbasetemp(), {**GOOD, **row})
    assert isinstance(item, Article | SavedFileError)


@pytest.mark.parametrize("url", ["http://[x", "x", "ftp://a.vn/", "http://"])
def test_a_page_has_an_address_on_the_web_or_none(tmp_path: Path, url: str) -> None:
    (tmp_path / "a.html").write_text("<p>Tin</p>")
    with pytest.raises(SavedFileError, match=r"a\.html: '.*' is no address on the web"):
        page_of(tmp_path / "a.html", url=url)
