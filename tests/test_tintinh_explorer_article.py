"""The page of an article: what is marked, what changed, where it came from, and texts that mean harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from corpus import Block, BlockKind, Corpus, Tagging
from corpus.records import Picture
from crawler.archive import ArchiveWriter
from tests.explored import Reader, shown
from tests.made_articles import NIGHT, page_of, paragraph_blocks, sentences, story
from tintinh.commands.opinions import name_all

FIRST = "Sơn La mời Hủa Phăn dự hội chợ."
CARRIED = "Hai bên bàn mở chợ chung ở cửa khẩu."
HARM = "\"><script>alert('x')</script><img src=x onerror=alert(1)>"


@dataclass
class Shelf:
    """A corpus with its archive, and the numbers of the articles in it."""

    corpus: Path
    archive: Path
    market: int
    twin: int
    harmful: int
    table: int


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    path, archive = folder / "corpus.sqlite", folder / "archive"
    with Corpus.open(path) as corpus, ArchiveWriter(archive) as writer:
        blocks = (
            Block(BlockKind.LEAD, FIRST),
            Block(BlockKind.HEADING, "Chợ mới"),
            *paragraph_blocks(f"Sáng nay trời tạnh. {CARRIED} Ai cũng mừng."),
            Block(BlockKind.CAPTION, "Bà con Hủa Phăn sang chợ.", credit="Ảnh: Lò Mai"),
            *paragraph_blocks(" ".join(sentences(1))),
            Block(BlockKind.DROPPED, "Tin liên quan", reason="related"),
        )
        market = story(1, title="Chợ chung hai nước", lead=FIRST, blocks=blocks, province="Sơn La")
        source = b"<html><body><h1>Ch\xe1\xbb\xa3</h1><script>alert('x')</script></body></html>"
        page = replace(page_of(market), body=source)
        first = corpus.keep(market, page=page, place=writer.write(page)).article_id
        changed = tuple(
            replace(block, text=block.text.replace("Ai cũng mừng.", "Ai cũng vui. Chợ họp thứ bảy."))
            for block in blocks
        )
        newer = replace(
            market, title="Chợ chung hai nước mở cửa", blocks=changed, page_digest="sha256:2",
            fetched_at=NIGHT + timedelta(days=1),
        )  # fmt: skip
        assert corpus.keep(newer, page=None, place=None).kind == "changed"
        copy = replace(newer, url="https://bao.example/chep", source="bao_khac", fetched_at=NIGHT + timedelta(days=2))
        twin = corpus.keep(copy, page=None, place=None)
        assert twin.kind == "copy"
        table = (
            Block(BlockKind.TABLE_ROW, "Xã | Khách"),
            Block(BlockKind.TABLE_ROW, "Ma Lé | 800"),
            Block(BlockKind.LIST_ITEM, "Một là giữ chợ."),
            Block(BlockKind.LIST_ITEM, "Hai là giữ nếp."),
            Block(BlockKind.QUOTE, "Nhớ lắm."),
        )
        harmful = story(
            3, url="javascript:alert(1)", title=HARM, lead=HARM, section=HARM, authors=(HARM,), tags=(HARM,),
            agency=HARM, source=HARM, breadcrumb=(HARM,), place=HARM, language='vi" onclick="alert(1)',
            blocks=(Block(BlockKind.CAPTION, HARM, credit=HARM), Block(BlockKind.DROPPED, HARM, reason=HARM),
                    *paragraph_blocks(HARM)),
            pictures=(Picture("javascript:alert(1)", alt=HARM), Picture(f"https://x.example/{HARM}\u202egpj.exe")),
        )  # fmt: skip
        numbers = [corpus.keep(one, page=None, place=None).article_id for one in (harmful, story(4, blocks=table))]
        assert first is not None
        assert twin.article_id is not None
        opinion = Tagging(
            "model 1", ("border", "partner_cooperation"), "border",
            {"border": 0.91, "partner_cooperation": 0.7, "training": 0.2, "human_rights": 0.01},
            {"border": (CARRIED, FIRST), "partner_cooperation": ("Không còn câu này.",)},
        )  # fmt: skip
        corpus.add_tagging(first, opinion)
        corpus.add_tagging(first, Tagging("hand:mai", ("border",), "border"))
        corpus.add_tagging(numbers[0] or 0, Tagging(f"hand:{HARM}", (HARM,), HARM))
        name_all(corpus)
    return Shelf(path, archive, first, twin.article_id, numbers[0] or 0, numbers[1] or 0)


@pytest.fixture(scope="module")
def reader(shelf: Shelf) -> Iterator[Reader]:
    reader = Reader(shelf.corpus, archive=shelf.archive)
    yield reader
    reader.close()


def text_of(page: html.HtmlElement, path: str) -> list[str]:
    return [shown(element) for element in page.xpath(path)]


def test_each_piece_is_drawn_as_what_it_is(reader: Reader, shelf: Shelf) -> None:
    page = reader.page(f"/article/{shelf.market}")
    assert text_of(page, "//h1") == ["Chợ chung hai nước mở cửa"]
    assert text_of(page, '//p[@class="lead"]') == [FIRST]
    assert text_of(page, "//article/h2") == ["Chợ mới"]
    assert text_of(page, '//p[@class="caption"]') == ["Ảnh Bà con Hủa Phăn sang chợ. Nguồn ảnh: Ảnh: Lò Mai"]
    assert text_of(page, '//ul[@class="dropped"]/li') == ["related Tin liên quan"]
    assert page.xpath("//article/@lang") == ["vi"]
    page = reader.page(f"/article/{shelf.table}")
    assert [text_of(row, "td") for row in page.xpath("//article//tr")] == [["Xã", "Khách"], ["Ma Lé", "800"]]
    assert text_of(page, "//article//li") == ["Một là giữ chợ.", "Hai là giữ nếp."]
    assert text_of(page, "//blockquote") == ["Nhớ lắm."]


def test_a_theme_marks_the_sentences_that_carried_it(reader: Reader, shelf: Shelf) -> None:
    page = reader.page(f"/en/article/{shelf.market}")
    assert page.xpath('//article//mark[@class="evidence"]') == []
    (link,) = page.xpath('//ul[@class="themes"]//a/@href[contains(., "border")]')
    assert link == f"/en/article/{shelf.market}?theme=border#text"
    page = reader.page(link.partition("#")[0])
    marked = page.xpath('//article//p[.//mark[@class="evidence"]]')
    assert ["".join(p.xpath('.//mark[@class="evidence"]//text()')) for p in marked] == [FIRST, CARRIED]
    assert page.xpath('//li[@class="shown"]//a/@aria-current') == ["true"]
    assert page.xpath("//meter/@value") == ["0.91", "0.7"]
    assert text_of(page, '//section[@aria-labelledby="themes"]/p') == ["By hand:mai (in use)", "By model 1"]
    assert [line.split()[-1] for line in text_of(page, "//details/ul[@class='themes']/li")] == ["0.20"]
    gone = reader.page(f"/en/article/{shelf.market}?theme=training")
    assert "No sentence is kept" in shown(gone.xpath("//main")[0])
    assert reader.get(f"/article/{shelf.market}?theme=nonsense").status_code == 400


def test_names_and_words_are_marked_where_they_stand(reader: Reader, shelf: Shelf) -> None:
    page = reader.page(f"/article/{shelf.market}?q=cho+chung")
    assert text_of(page, '//article//span[contains(@class, "foreign")]') == ["Hủa Phăn", "Hủa Phăn"]
    assert text_of(page, '//h1//mark[@class="word"]') == ["Chợ", "chung"]
    assert "chợ" in text_of(page, '//article//mark[@class="evidence" or @class="word"]')
    assert "Hủa Phăn ×2" in text_of(page, '//ul[@class="names"]/li')
    (link,) = page.xpath('//ul[@class="names"]//a[text()="Sơn La"]/@href')
    assert reader.get(link.replace("/search", "/search.json")).json()["asked"] == {
        "province": "Sơn La", "province_map": "63",
    }  # fmt: skip
    # Whatever is marked, the text is the text.
    plain = text_of(reader.page(f"/article/{shelf.market}"), "//article//p")
    assert text_of(page, "//article//p") == plain


def test_editions_are_compared_sentence_by_sentence(reader: Reader, shelf: Shelf) -> None:
    page = reader.page(f"/en/article/{shelf.market}")
    (section,) = page.xpath('//section[@aria-labelledby="editions"]')
    assert text_of(section, "h3")[0].startswith("Edition 2")
    assert text_of(section, './/p[@class="gone"]/del') == ["Ai cũng mừng."]
    assert text_of(section, './/p[@class="new"]/ins') == ["Ai cũng vui.", "Chợ họp thứ bảy."]
    assert [text_of(row, "th|td") for row in section.xpath(".//tbody/tr")] == [
        ["Title", "Chợ chung hai nước", "Chợ chung hai nước mở cửa"]
    ]
    assert reader.page(f"/article/{shelf.table}").xpath('//section[@aria-labelledby="editions"]') == []


def test_copies_lead_to_each_other(reader: Reader, shelf: Shelf) -> None:
    page = reader.page(f"/en/article/{shelf.twin}")
    assert "This is a copy" in shown(page.xpath("//main")[0])
    assert f"/en/article/{shelf.market}" in page.xpath('//section[@aria-labelledby="twins"]//a/@href')
    page = reader.page(f"/en/article/{shelf.market}")
    assert f"/en/article/{shelf.twin}" in page.xpath('//section[@aria-labelledby="twins"]//a/@href')
    assert "alike 1" in shown(page.xpath('//section[@aria-labelledby="twins"]')[0])


def test_the_way_back_to_the_archived_page(reader: Reader, shelf: Shelf, tmp_path: Path) -> None:
    # The edition in use was read from a page that was not archived; its first one was.
    with Corpus.open(shelf.corpus, read_only=True) as corpus:
        assert corpus.page_of(shelf.market) is None
    assert "never archived" in reader.get(f"/en/page/{shelf.market}.json").json()["error"]
    path = tmp_path / "corpus.sqlite"
    archive = tmp_path / "archive"
    with Corpus.open(path) as corpus, ArchiveWriter(archive) as writer:
        article = story(1)
        page = replace(page_of(article), body=b"<html><script>alert('x')</script>Ch\xe1\xbb\xa3</html>")
        place = writer.write(page)
        number = corpus.keep(article, page=page, place=place).article_id
    other = Reader(path, archive=archive)
    bare = Reader(path)
    try:
        shown_page = other.page(f"/en/article/{number}")
        assert place.file in shown(shown_page.xpath('//section[@aria-labelledby="origin"]')[0])
        assert f"/en/page/{number}" in shown_page.xpath('//section[@aria-labelledby="origin"]//a/@href')
        archived = other.page(f"/en/page/{number}")
        assert archived.xpath("//pre//text()") == ["<html><script>alert('x')</script>Chợ</html>"]
        assert archived.xpath("//script") == []
        assert "the digest is the noted one" in shown(archived.xpath("//main")[0])
        assert other.get(f"/page/{number}.json").json()["rows"][0]["offset"] == place.offset
        # A corpus from elsewhere may name any file.
        with Corpus.open(path) as corpus:
            corpus.connection.execute("UPDATE pages SET file = '../corpus.sqlite'")
        assert "outside the archive" in other.get(f"/en/page/{number}.json").json()["error"]
        with Corpus.open(path) as corpus:
            corpus.connection.execute("UPDATE pages SET file = 'gone.warc.gz'")
        assert other.get(f"/page/{number}").status_code == 404
        assert f"/page/{number}" not in bare.page(f"/article/{number}").xpath("//a/@href")
        assert bare.get(f"/page/{number}").status_code == 404
    finally:
        other.close()
        bare.close()


def test_a_text_that_means_harm_is_text(reader: Reader, shelf: Shelf) -> None:
    for address in (f"/article/{shelf.harmful}", "/", "/search?q=alert"):
        page = reader.page(address)
        assert page.xpath("//script | //img | //*[@onerror] | //*[@onclick] | //iframe | //style") == []
        for link in page.xpath("//@href | //@src | //@action"):
            assert link.startswith(("/", "#", "https://x.example/")), link
        assert "\u202e" not in html.tostring(page, encoding="unicode")
    page = reader.page(f"/article/{shelf.harmful}")
    assert HARM in page.xpath("string(//h1)")
    (outward,) = page.xpath("//a[@rel]")
    assert outward.get("rel") == "noopener noreferrer nofollow external"
    assert "[U+202E]" in outward.text_content()
    told = reader.get(f"/article/{shelf.harmful}.json")
    assert told.headers["content-type"] == "application/json"
    assert told.json()["article"]["title"] == HARM
