"""Drift: whether what an outlet writes, or what the model says of it, is no longer what it was.

The last four weeks are compared with the outlet's own year before: how its stories fall into tenths of each theme's
probability, and in which share of them each word stands. The distance is that of Jensen and Shannon (its square is the
mean divergence, base 2; 0 is the same, 1 nothing in common). How large it is when nothing happened is learnt from the
outlet: every four weeks of its year against the rest of it, with as many stories. News come in waves, so weeks are kept
whole; an outlet with few stories, or few weeks, is not spoken of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from corpus.sampled import Sampled
from corpus.text import tone_style

Floats = NDArray[np.float64]

RECENT_DAYS = 28
HISTORY_DAYS = 364
FEWEST = 30
"""Stories that the last four weeks must have, and that a window of the history must have to count."""
_WEEKS = 4
# Nine windows of four weeks are in twelve weeks; of fewer the spread cannot be learnt.
_WINDOWS = 9
_DRAWS = 50
# A move lies above the usual mean by this many spreads, and by so many times what the farthest window did; more where
# windows are few.
_SPREADS = 3.5
_TIMES = 1.3
_CAUTION = 2.0
_EDGES = (0.1, 0.35, 0.65)
# Words that stand in fewer stories than this say nothing, and of more than so many words the rarest are left out.
_LEAST = 5
_MOST_WORDS = 1500
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Distance:
    """How far the last four weeks are from the year before, and how far four weeks of that year usually were.

    All in 0–1; ``usual`` is the mean and ``limit`` what must be exceeded to be called a move; ``windows`` is of how
    many four weeks that was learnt.
    """

    now: float
    usual: float
    limit: float
    windows: int

    @property
    def moved(self) -> bool:
        """Whether the last four weeks are farther away than is usual for this outlet."""
        return self.now > self.limit


@dataclass(frozen=True, slots=True)
class Drift:
    """One outlet's last four weeks against its year before.

    ``theme`` is the one whose mean probability moved most, with that mean ``before`` and ``now``; ``came`` and ``went``
    are words with the share of stories they stand in, before and now, the most telling first.
    """

    stories: int
    earlier: int
    scores: Distance
    words: Distance
    theme: str
    before: float
    now: float
    came: tuple[tuple[str, float, float], ...]
    went: tuple[tuple[str, float, float], ...]

    @property
    def moved(self) -> bool:
        """Whether its scores or its vocabulary moved."""
        return self.scores.moved or self.words.moved


def drift(history: Sequence[Sampled], recent: Sequence[Sampled], end: date) -> Drift | None:
    """How the stories ``recent`` (of the 28 days up to ``end``) differ from ``history`` (of the 364 days before them).

    None where there are too few of them, or too few weeks with stories, to say.
    """
    weeks = np.array([(end - story.day).days // 7 - _WEEKS for story in history], dtype=np.intp)
    windows = list(_windows(weeks)) if len(recent) >= FEWEST else []
    if len(windows) < _WINDOWS:
        return None
    stories = [*history, *recent]
    size = len(recent)
    draws = [
        (start, np.random.default_rng(start * _DRAWS + turn).permutation(inside)[:size])
        for turn in range(-(-_DRAWS // len(windows)))
        for start, inside in windows
    ]
    themes = sorted({theme for story in stories for theme in story.scores})
    given = np.array([[story.scores.get(theme, 0.0) for theme in themes] for story in stories])
    places = np.digitize(given, _EDGES)
    bins = np.stack([places == place for place in range(len(_EDGES) + 1)], axis=2).astype(np.float32)
    words, present = _presence(stories)
    parting = _Parting(len(history), weeks, draws, len(windows))
    with threadpool_limits(1):  # on matrices this small, threads cost more than they save
        scores, vocabulary = parting.farthest(bins), parting.together(present)
    means = [given[rows].mean(axis=0) for rows in (slice(len(history)), slice(len(history), None))]
    farthest = int(np.argmax(np.abs(means[1] - means[0])))
    came, went = _changed(words, present[: len(history)].mean(axis=0), present[len(history) :].mean(axis=0))
    return Drift(
        size,
        len(history),
        scores,
        vocabulary,
        themes[farthest],
        float(means[0][farthest]),
        float(means[1][farthest]),
        came,
        went,
    )


def _windows(weeks: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each four weeks of the history with enough stories in and outside of it: its first week, and their places."""
    for start in range(int(weeks.max(initial=-1)) - _WEEKS + 2):
        inside = np.flatnonzero((weeks >= start) & (weeks < start + _WEEKS))
        if FEWEST <= len(inside) <= len(weeks) - FEWEST:
            yield start, inside


@dataclass(frozen=True)
class _Parting:
    """How stories are parted into four weeks and the rest: as they happened, and in draws of the history."""

    earlier: int
    weeks: NDArray[np.intp]
    draws: Sequence[tuple[int, NDArray[np.intp]]]
    windows: int

    def farthest(self, bins: NDArray[np.float32]) -> Distance:
        """The distance of that distribution that moved most; ``bins`` are stories × distributions × outcomes."""
        sides = self._sides(bins.reshape(len(bins), -1))
        now, usual = (_divergence(*pair).reshape(-1, *bins.shape[1:]).sum(axis=2).max(axis=1) for pair in sides)
        return self._judged(np.sqrt(now), np.sqrt(usual))

    def together(self, present: NDArray[np.float32]) -> Distance:
        """The distance of all columns, each there or not there, from the mean of their divergences."""
        (one, other), (before, then) = self._sides(present)
        now = _divergence(one, other) + _divergence(1 - one, 1 - other)
        usual = _divergence(before, then) + _divergence(1 - before, 1 - then)
        return self._judged(*(np.sqrt(np.maximum(0.0, side.mean(axis=1))) for side in (now, usual)))

    def _sides(self, there: NDArray[np.float32]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """The shares before and in the four weeks: as they are (one row), and in each draw of the history."""
        earlier = there[: self.earlier]
        chosen = np.zeros((len(self.draws), self.earlier), dtype=np.float32)
        others = np.zeros_like(chosen)
        for row, (start, picked) in enumerate(self.draws):
            chosen[row, picked] = 1 / len(picked)
            outside = (self.weeks < start) | (self.weeks >= start + _WEEKS)
            others[row, outside] = 1 / outside.sum()
        now = earlier.mean(axis=0)[None], there[self.earlier :].mean(axis=0)[None]
        return [now, (others @ earlier, chosen @ earlier)]

    def _judged(self, now: Floats, usual: Floats) -> Distance:
        # Windows overlap; only so many are apart, and from few of them the spread is badly known.
        caution = 1 + _WEEKS * _CAUTION / (self.windows + _WEEKS - 1)
        above = max(_TIMES * float(usual.max() - usual.mean()), _SPREADS * float(usual.std()))
        limit = float(usual.mean()) + caution * above
        return Distance(float(now[0]), float(usual.mean()), min(1.0, limit), self.windows)


def _divergence(one: NDArray[np.float32], other: NDArray[np.float32]) -> Floats:
    """What each outcome adds to the Jensen-Shannon divergence (base 2) of two rows of shares."""
    one, other = np.clip(one, 0.0, 1.0), np.clip(other, 0.0, 1.0)  # sums of single precision miss by a hair
    middle = np.maximum((one + other) / 2, np.finfo(np.float32).tiny)
    parts = [side * np.log2(np.maximum(side, np.finfo(np.float32).tiny) / middle) for side in (one, other)]
    return np.asarray((parts[0] + parts[1]) / 2, dtype=np.float64)


def _presence(stories: Sequence[Sampled]) -> tuple[list[str], NDArray[np.float32]]:
    """The words of the stories, the most frequent first, and whether each stands in each: stories × words."""
    sets = [set(story.text.split()) for story in stories]
    forms: Counter[str] = Counter()
    for found in sets:
        forms.update(found)
    # A form in one story alone is most of the work and says nothing.
    word_of = {
        form: tone_style(form.casefold())
        for form, count in forms.items()
        if count > 1 and any(char.isalpha() for char in form)
    }
    counts: Counter[str] = Counter()
    for form, word in word_of.items():
        counts[word] += forms[form]
    words = [word for word, count in counts.most_common(_MOST_WORDS) if count >= _LEAST]
    place = {word: column for column, word in enumerate(words)}
    column = {form: place[word] for form, word in word_of.items() if word in place}
    present = np.zeros((len(stories), len(words)), dtype=np.float32)
    for row, found in enumerate(sets):
        present[row, [column[form] for form in found & column.keys()]] = 1
    return words, present


def _changed(
    words: Sequence[str], before: NDArray[np.float32], now: NDArray[np.float32]
) -> tuple[tuple[tuple[str, float, float], ...], tuple[tuple[str, float, float], ...]]:
    """The words that came and those that went, by the size of the change in the share of stories they stand in."""
    change = now - before
    order = np.argsort(-np.abs(change), kind="stable")
    told = [(words[place], float(before[place]), float(now[place])) for place in order]
    came = tuple(item for item in told if item[2] > item[1])[:_SHOWN]
    went = tuple(item for item in told if item[2] < item[1])[:_SHOWN]
    return came, went
