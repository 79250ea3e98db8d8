"""Words in the explorer: typical words of a selection, and the places where words stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Corpus, Segmentation, Tagging
from corpus.limits import TookTooLong
from tests.explored import Reader, shown
from tests.made_articles import paragraph_blocks, sentences, story
from tintinh.explorer.pages import word_use


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Six stories of the border, which say *biên giới*, and six of a market."""
    path = tmp_path_factory.mktemp("words") / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(1, 13):
            said = "Tuần tra biên giới <b>tám</b> lần." if n <= 6 else "Họp phiên chợ vui."
            blocks = paragraph_blocks(said, *sentences(n))
            corpus.keep(story(n, lead=None, blocks=blocks), page=None, place=None)
            words = "Biên_giới và biên_giới , biên_giới ." if n <= 6 else "Phiên_chợ vui , phiên_chợ đông ."
            corpus.add_segmentation(n, Segmentation("made 1", (words, "Bà_con kể chuyện .")))
            corpus.add_tagging(n, Tagging("model-1", ("border",) if n <= 6 else (), "border" if n <= 6 else None))
    reader = Reader(path)
    yield reader
    reader.close()


def test_what_is_typical_leads_to_where_it_stands(reader: Reader) -> None:
    page = reader.page("/en/words?theme=border")
    first = page.xpath('//section[@aria-labelledby="typical"]//tbody/tr')[0]
    assert [shown(cell) for cell in first][:4] == ["biên giới", "18", "6", "0"]
    assert "Chosen: 6 articles" in shown(page)
    there = reader.page(first.xpath(".//a/@href")[0])
    lines = there.xpath('//table[@class="places"]/tbody/tr')
    assert "6 places in 6 articles" in shown(there)
    assert [shown(cell) for cell in lines[0]][:3] == ["Tuần tra", "biên giới", "<b>tám</b> lần"]
    assert reader.get(lines[0].xpath(".//a/@href")[0]).status_code == 200


def test_without_a_selection_there_is_nothing_to_compare_and_it_says_what_to_do(reader: Reader) -> None:
    assert "Choose a theme" in shown(reader.page("/en/words").xpath('//*[@role="status"]')[0])
    everything = reader.page("/en/words?since=2000-01-01")
    assert "the second selection has no words" in shown(everything.xpath('//p[@class="sorry"]')[0])
    assert reader.page("/words?order=alphabet", status=400).xpath('//p[@class="sorry"]')


def test_a_sample_says_that_it_is_one(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_use, "MOST_READ", 4)
    with Corpus.open(reader.site.corpus, read_only=True) as corpus:
        found = corpus.keywords("bien gioi", most=4)
        again = corpus.keywords("bien gioi", most=4)
    assert found == again
    assert found.first.of == found.second.of == 6
    assert 0 < found.first.articles < 6
    assert f"a sample of {found.first.articles} of 6 articles" in shown(reader.page("/en/words?q=bien+gioi"))


def test_words_can_be_had_with_the_size_of_what_was_compared(reader: Reader) -> None:
    answer = reader.get("/words.json?theme=border").json()
    assert answer["rows"][0]["word"] == "biên giới"
    assert (answer["first"]["articles"], answer["second"]["articles"]) == (6, 6)


def test_what_takes_too_long_is_left_out_and_said(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise TookTooLong(0.1)

    # SQLite looks at the clock every thousand steps, which twelve articles do not take.
    monkeypatch.setattr(Corpus, "concordance", late)
    monkeypatch.setattr(Corpus, "keywords", late)
    page = reader.page("/en/words?q=bien+gioi")
    assert len(page.xpath('//p[@class="sorry"]')) == 2


def test_nowhere(reader: Reader) -> None:
    page = reader.page("/en/words?q=khinhkhicau")
    assert "no such place" in shown(page)


def test_an_empty_corpus(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "corpus.sqlite").close()
    reader = Reader(tmp_path / "corpus.sqlite")
    assert "no words to compare" in shown(reader.page("/en/words?theme=border"))
    reader.close()
