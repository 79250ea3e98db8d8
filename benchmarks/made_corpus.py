"""A made corpus of any size: lengths, words, days, outlets, reprints and themes as a provincial press has them.

Article ``n`` is the same whatever the size of the corpus (its day aside), made alone, so that a million pass through
memory one by one. What is made, and after what:

- Words: runs of two from our own stories (data/sample/newspaper), single words, and a tail of made syllables, by
  Zipf's law with exponent 1; one running word in ten is from the tail. No text means anything.
- Lengths: log-normal about 380 words of lead and body, held between 150 and 900; 3 to 20 paragraphs.
- Outlets: sixty, the largest prints ten times as much as the smallest; each belongs to a province of the map of 63,
  and prints under its new name from 2025-07-01. One story in ten is of another province, one in twenty of none.
- Days: from 2019-01-01 to 2025-12-31 in the order of storing, give or take three days; one article in a hundred has
  none.
- Reprints: eight of a hundred are the text of an article up to 500 before it, under another title in another outlet.
- Themes: at the rates of ``RATES``; four articles in ten carry none, three of a hundred nobody has tagged, two of a
  thousand are labelled by hand as well. An article on a theme takes one run in eight from that theme's own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice, pairwise

import numpy as np

from benchmarks.made_paper import words
from corpus.provinces import on_day, provinces_63
from corpus.records import VIETNAM, Article, Block, BlockKind, Picture, Tagging

FIRST, LAST = date(2019, 1, 1), date(2025, 12, 31)
OUTLETS = 60
MODEL = "made-model 1"
HAND = "hand:made"
RATES = {
    "border": 0.09,
    "sea_islands": 0.04,
    "partner_cooperation": 0.11,
    "tourism_promotion": 0.14,
    "culture_image": 0.16,
    "trade_investment": 0.13,
    "counter_narratives": 0.02,
    "external_information": 0.05,
    "training": 0.04,
    "overseas_vietnamese_labour": 0.03,
    "human_rights": 0.02,
    "digital_media": 0.06,
}
"""Theme → share of the tagged articles that are given it."""

_ONSETS = tuple("b c ch d đ g gh h k kh l m n ng nh p ph q r s t th tr v x".split())  # noqa: SIM905 - reads better
_RHYMES = tuple("ạc ảm ấn ậng ẻo ếch ệt ỉnh ịu õng ồn ổi ớp ợt ủng ứa ửu ựng ỳnh yễn".split())  # noqa: SIM905
_SECTIONS = ("Thời sự", "Kinh tế", "Văn hóa", "Xã hội", "Du lịch", "Đối ngoại", "Quốc phòng")


@dataclass(frozen=True)
class MadeArticle:
    """A made article and the opinions on its themes, oldest first."""

    article: Article
    taggings: tuple[Tagging, ...]


@dataclass(frozen=True)
class _Stock:
    """What texts are made of, each with its cumulated probabilities."""

    runs: tuple[str, ...]
    run_weights: np.ndarray
    tail: tuple[str, ...]
    tail_weights: np.ndarray


def _zipf(count: int, shift: float = 2.7) -> np.ndarray:
    weights = np.cumsum(1.0 / (np.arange(count) + shift))
    return weights / weights[-1]


@cache
def _stock() -> _Stock:
    said = words()
    # Shuffled once: neighbours in rank are then no neighbours in a story. Runs keep compounds such as "hợp tác" whole.
    runs = list(dict.fromkeys(f"{one} {two}" for one, two in pairwise(said)))
    np.random.default_rng(7).shuffle(runs)
    tail = [f"{onset}{rhyme}" for onset in _ONSETS for rhyme in _RHYMES]
    tail += [f"{onset.title()}{rhyme} {other}" for onset, other in zip(_ONSETS * 24, tail, strict=False)
             for rhyme in _RHYMES]  # fmt: skip
    tail += [f"{n:,}".replace(",", ".") for n in range(1, 9_000)]
    np.random.default_rng(8).shuffle(tail)
    return _Stock(tuple(runs), _zipf(len(runs)), tuple(tail), _zipf(len(tail), 20.0))


@cache
def theme_runs(theme: str) -> tuple[str, ...]:
    """The thirty runs of two words that articles on ``theme`` take more often than others."""
    stock, place = _stock(), list(RATES).index(theme)
    return stock.runs[200 + 30 * place : 230 + 30 * place]


def a_run(pick: random.Random) -> str:
    """A run of two words as a reader would ask for it: by Zipf's law, the hundred commonest aside."""
    runs = _stock().runs
    run = runs[min(len(runs) - 1, int(50 * len(runs) ** (0.6 * pick.random())))]
    return "".join(sign for sign in run if sign.isalnum() or sign == " ")


def outlet(number: int) -> str:
    """The id of outlet ``number`` (0–59)."""
    return f"bao_so_{number:02d}"


@cache
def _outlet_weights() -> np.ndarray:
    weights = np.cumsum(np.linspace(10.0, 1.0, OUTLETS))
    return weights / weights[-1]


def _text(pick: np.random.Generator, count: int, themes: Sequence[str]) -> list[str]:
    """``count`` pieces of one or two words."""
    stock = _stock()
    kinds = pick.random(count)
    runs = np.searchsorted(stock.run_weights, pick.random(count))
    tail = np.searchsorted(stock.tail_weights, pick.random(count))
    own = [run for theme in themes for run in theme_runs(theme)]
    pieces = []
    for kind, run, rare in zip(kinds.tolist(), runs.tolist(), tail.tolist(), strict=True):
        if kind < 0.1:
            pieces.append(stock.tail[rare])
        elif own and kind < 0.225:
            pieces.append(own[rare % len(own)])
        elif kind < 0.7:
            pieces.append(stock.runs[run])
        else:
            pieces.append(stock.runs[run].partition(" ")[0])
    return pieces


def _sentence(pieces: Sequence[str]) -> str:
    text = " ".join(pieces).rstrip(",.;:")
    return text[:1].upper() + text[1:] + "."


def _themes(pick: np.random.Generator) -> tuple[str, ...]:
    if pick.random() < 0.4:
        return ()
    # The rates are of all tagged articles, and six in ten can carry one.
    given = [theme for theme, rate in RATES.items() if pick.random() < rate / 0.6]
    return tuple(given[:4])


@dataclass(frozen=True)
class _Told:
    themes: tuple[str, ...]
    lead: str
    body: tuple[str, ...]


def _told(number: int) -> _Told:
    pick = np.random.default_rng((1, number))
    themes = _themes(pick)
    size = int(min(900.0, max(150.0, pick.lognormal(5.94, 0.45))))
    pieces = _text(pick, int(size / 1.55), themes)
    lead, rest = pieces[:22], pieces[22:]
    each = int(pick.integers(22, 45))
    body = tuple(_sentence(rest[at : at + each]) for at in range(0, len(rest), each))
    return _Told(themes, _sentence(lead), body)


def made(number: int, of: int) -> MadeArticle:
    """Article ``number`` (from 0) of a corpus of ``of`` articles."""
    pick = np.random.default_rng((2, number))
    origin = number
    if number > 500 and pick.random() < 0.08:
        origin = number - int(pick.integers(1, 500))
    told = _told(origin)
    source = int(np.searchsorted(_outlet_weights(), pick.random()))
    days = (LAST - FIRST).days
    day = FIRST + timedelta(days=min(days, max(0, number * days // of + int(pick.integers(-3, 4)))))
    printed = datetime(day.year, day.month, day.day, tzinfo=VIETNAM) + timedelta(minutes=int(pick.integers(300, 1320)))
    dated = pick.random() >= 0.01
    chance = pick.random()
    home = provinces_63()[(source if chance < 0.85 else int(pick.integers(63))) % 63].name
    name, url = outlet(source), f"https://bao{source:02d}.example/tin/{day:%Y/%m}/bai-{number:07d}.html"
    caption = _sentence(_text(pick, 10, told.themes))
    article = Article(
        url=url,
        source=name,
        title=_sentence(_text(pick, 7, told.themes)).rstrip("."),
        lead=told.lead,
        blocks=(
            Block(BlockKind.LEAD, told.lead),
            Block(BlockKind.PARAGRAPH, told.body[0]),
            Block(BlockKind.CAPTION, caption, credit="Ảnh: CTV"),
            *(Block(BlockKind.PARAGRAPH, text) for text in told.body[1:]),
            Block(BlockKind.DROPPED, "Tin cùng chuyên mục", reason="related"),
        ),
        authors=(f"Tác Giả {int(pick.integers(400))}",),
        agency="TTXVN" if origin != number else None,
        published_at=printed if dated else None,
        published_precision="minute" if dated else None,
        published_from="printed" if dated else None,
        section=_SECTIONS[int(pick.integers(len(_SECTIONS)))],
        tags=tuple(_text(pick, 2, ())),
        place=None,
        province=None if chance >= 0.95 else on_day(home, day),
        language="vi",
        extractor="rules",
        extractor_version="made",
        page_digest=f"sha256:{number:064x}",
        fetched_at=(printed + timedelta(hours=6)).astimezone(UTC),
        breadcrumb=(_SECTIONS[0],),
        pictures=(Picture(f"{url}/anh.jpg", None, caption, "Ảnh: CTV"),),
        readers={"title": "rules", "lead": "rules", "date": "rules", "body": "rules", "authors": "rules"},
    )
    return MadeArticle(article, tuple(_taggings(pick, told)))


def _taggings(pick: np.random.Generator, told: _Told) -> Iterator[Tagging]:
    chance = pick.random()
    if chance < 0.03:
        return
    scores = dict(zip(RATES, (round(value, 4) for value in (pick.random(len(RATES)) * 0.4).tolist()), strict=True))
    scores |= dict.fromkeys(told.themes, 0.83)
    primary = told.themes[0] if told.themes else None
    yield Tagging(MODEL, told.themes, primary, scores, dict.fromkeys(told.themes, (told.body[0],)))
    if chance > 0.998:
        yield Tagging(HAND, told.themes[:1], primary)


def made_corpus(of: int) -> Iterator[MadeArticle]:
    """All ``of`` articles, in the order they are stored, one at a time."""
    return (made(number, of) for number in range(of))


def batches(stories: Iterator[MadeArticle], size: int) -> Iterator[list[MadeArticle]]:
    """``stories`` by ``size``."""
    while some := list(islice(stories, size)):
        yield some
