"""What a replay would change is what it then changes, and a forecast writes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Article, Block, BlockKind, Page
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from crawler.difference import changed_fields, content, shortened
from crawler.extract import extract
from crawler.forecast import Forecast, Forecaster
from crawler.ingest import ingest, replay
from crawler.source import Source
from tests.made_articles import story
from tests.small_paper import HOME, TOML, article

SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)
NIGHT = datetime(2026, 10, 12, 15, tzinfo=UTC)


def page(number: int, body: bytes, minute: int = 0, status: int = 200) -> Page:
    url = f"{HOME}tin/bai-{number}.html"
    at = NIGHT + timedelta(minutes=minute)
    return Page(url, url, at, status, (("Content-Type", "text/html; charset=utf-8"),), body, body, SOURCE.id)


def told(number: int, mark: str = "") -> bytes:
    extra = " ".join(f"riêng{number}x{one}" for one in range(60)) + mark
    return article(f"Chuyện thứ {number} của bản", f"{number:02d}/10/2026", extra)


def other_lead(body: bytes) -> bytes:
    """The page with its lead in a box of another class, and a second, wrong one where the selector points."""
    return body.replace(b"<p class='sapo'>", b"<p class='sapo'>Theo nguoi dua tin.</p><p class='mo-dau'>")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Eleven articles, every third with its lead in another box, and pages that are none."""
    root = tmp_path / "archive"
    with ArchiveWriter(root) as writer, Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        pages = [page(n, other_lead(told(n)) if n % 3 == 0 else told(n), n) for n in range(1, 12)]
        pages += [page(20, b"", 20, status=404), page(21, b"<html><body><h1>Dang cap nhat</h1></body></html>", 21)]
        for one in pages:
            ingest(one, SOURCE, corpus, writer.write(one))
    return root


def forecast(archive: Path, source: Source = SOURCE) -> Forecast:
    with Corpus.open(archive.parent / "corpus.sqlite", read_only=True) as corpus:
        forecaster = Forecaster(corpus, {SOURCE.id: source})
        for _ in forecaster.run(archive):
            pass
        return forecaster.result()


def articles(corpus: Corpus) -> dict[str, Article]:
    return {one.article.url: content(one.article) for one in corpus.articles()}


def replayed(archive: Path, source: Source = SOURCE) -> tuple[dict[str, Article], dict[str, Article]]:
    """The articles before and after a replay."""
    with Corpus.open(archive.parent / "corpus.sqlite") as corpus:
        before = articles(corpus)
        for _ in replay(corpus, archive, {SOURCE.id: source}):
            pass
        return before, articles(corpus)


def test_the_same_selectors_change_nothing(archive: Path) -> None:
    found = forecast(archive)
    assert (found.pages, found.new, found.changed, found.unchanged) == (13, 0, 0, 11)
    assert (found.withdrawn, found.rejected) == (0, 2)
    assert not found.anything
    assert not found.examples


def test_a_changed_selector_shows_the_articles_it_touches_and_no_other(archive: Path) -> None:
    selector = "p.mo-dau, p.sapo:not(:has(+ p.mo-dau))"
    changed = Source.model_validate(tomllib.loads(TOML.replace("p.sapo", selector)), strict=False)
    database = archive.parent / "corpus.sqlite"
    bytes_before = database.read_bytes()
    found = forecast(archive, changed)
    assert database.read_bytes() == bytes_before
    # SQLite's own files for readers may appear beside it; nothing is written into them.
    assert not sum(one.stat().st_size for one in archive.parent.glob("corpus.sqlite-wal"))
    before, after = replayed(archive, changed)
    touched = {url for url in before if before[url] != after.get(url)}
    assert touched == {f"{HOME}tin/bai-{n}.html" for n in (3, 6, 9)}
    assert found.changed == len(touched)
    assert {one.url for one in found.examples} == touched
    for name, count in found.fields.items():
        assert count == sum(name in changed_fields(before[url], after[url]) for url in touched)
    assert found.fields["lead"] == len(touched)
    assert forecast(archive, changed).changed == 0


def test_new_withdrawn_and_otherwise_rejected_are_told_apart(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Corpus.open(archive.parent / "corpus.sqlite") as corpus:
        connection = corpus.connection
        connection.execute("DELETE FROM outcomes WHERE url LIKE '%bai-20.html'")
        connection.execute("UPDATE outcomes SET reason = 'no_title' WHERE url LIKE '%bai-21.html'")
    with ArchiveWriter(archive) as writer:  # pages of a run that was killed before the corpus heard of them
        writer.write(page(22, told(22), 22))
        writer.write(page(1, b"", 23, status=404))  # gone since: the article stays
    # What made an article of this page is found to be wrong.
    import crawler.ingest as module

    normalise = module.normalise

    def stricter(*given: object) -> Article:
        made = normalise(*given)  # type: ignore[arg-type]
        if "thứ 5 " in made.title:
            raise module.Rejected("not_an_article", "a notice")
        return made

    monkeypatch.setattr(module, "normalise", stricter)
    found = forecast(archive)
    assert (found.new, found.changed, found.unchanged, found.withdrawn) == (1, 0, 10, 1)
    assert dict(found.rejections) == {
        ("(unknown)", "http_404"): 1,
        ("no_title", "not_an_article"): 1,
        ("(article)", "not_an_article"): 1,
    }
    before, after = replayed(archive)
    assert set(before) - set(after) == {f"{HOME}tin/bai-5.html"}
    assert set(after) - set(before) == {f"{HOME}tin/bai-22.html"}


def test_of_several_editions_the_last_one_counts(archive: Path) -> None:
    with ArchiveWriter(archive) as writer, Corpus.open(archive.parent / "corpus.sqlite") as corpus:
        for minute, mark in ((30, " sửa"), (40, " sửa lần hai")):
            one = page(1, told(1, mark), minute)
            ingest(one, SOURCE, corpus, writer.write(one))
    assert not forecast(archive).anything
    with ArchiveWriter(archive) as writer:
        writer.write(page(1, told(1, " sửa lần ba"), 50))
    found = forecast(archive)
    assert (found.new, found.changed, found.unchanged) == (0, 1, 10)
    assert "sửa lần ba" in " ".join(one.after for one in found.examples)
    before, after = replayed(archive)
    assert [url for url in before if before[url] != after[url]] == [f"{HOME}tin/bai-1.html"]


def test_without_a_corpus_everything_is_new(archive: Path) -> None:
    forecaster = Forecaster(None, {SOURCE.id: SOURCE})
    assert len(list(forecaster.run(archive))) == 13
    found = forecaster.result()
    assert (found.new, found.changed, found.rejected) == (11, 0, 2)


def variants(one: Article) -> Iterator[tuple[str, Article]]:
    block = Block(BlockKind.CAPTION, "Một góc chợ", credit="Lý Mẩy")
    yield "title", replace(one, title="Khác")
    yield "lead", replace(one, lead="Khác")
    yield "body", replace(one, blocks=(*one.blocks, Block(BlockKind.PARAGRAPH, "Thêm.")))
    yield "captions", replace(one, blocks=(*one.blocks, block))
    yield "dropped", replace(one, blocks=(*one.blocks, Block(BlockKind.DROPPED, "Xem thêm", reason="related")))
    yield "authors", replace(one, authors=("Hoàng Mây",))
    yield "tags", replace(one, tags=("chợ",))
    yield "date_origin", replace(one, published_from="inferred")
    yield "section", replace(one, section="Khác")
    yield "agency", replace(one, agency="TTXVN")
    yield "place", replace(one, place="Mèo Vạc")
    yield "province", replace(one, province="Lào Cai")
    yield "language", replace(one, language="en")
    yield "source", replace(one, source="khac")


def test_paragraphs_that_share_most_of_their_words_are_not_taken_for_a_caption_printed_twice() -> None:
    for number in range(1, 13):
        draft = extract(page(number, other_lead(told(number))), SOURCE)
        assert (draft.lead, [block.kind for block in draft.blocks]) == (
            "Theo nguoi dua tin.",
            [BlockKind.LEAD, BlockKind.PARAGRAPH, BlockKind.PARAGRAPH],
        )


def test_every_field_is_named_where_it_differs() -> None:
    one = story(1)
    assert changed_fields(one, replace(one, extractor="x", extractor_version="9", page_digest="y")) == ()
    for name, other in variants(one):
        assert changed_fields(one, other) == (name,), name
    turned = replace(one, blocks=(one.blocks[0], replace(one.blocks[1], kind=BlockKind.HEADING), *one.blocks[2:]))
    assert changed_fields(one, turned) == ("blocks",)


@settings(max_examples=200, deadline=None)
@given(before=st.text(max_size=300), after=st.text(max_size=300))
def test_what_is_shown_is_short_and_differs_where_the_texts_do(before: str, after: str) -> None:
    shown = shortened(before, after)
    assert max(map(len, shown)) <= 400
    if before.replace("\n", " ⏎ ") != after.replace("\n", " ⏎ "):
        assert shown[0] != shown[1]


def test_a_long_text_is_cut_around_its_difference() -> None:
    start, end = "Đầu bài rất dài. " * 40, " Cuối bài cũng dài." * 40
    before, after = shortened(f"{start}mười hai hộ{end}", f"{start}mười ba hộ{end}")
    assert "mười hai hộ" in before
    assert "mười ba hộ" in after
    assert before.startswith("…")
    assert before.endswith("…")
    assert max(len(before), len(after)) < 130
