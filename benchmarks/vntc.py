"""Our engine against the public table: ``python -m benchmarks.vntc PATH [--sample N] [--json]``.

PATH is the folder of VNTC's ten topics: ``Train_Full/<topic>/*.txt`` and ``Test_Full/<topic>/*.txt`` (``train`` and
``test`` do as well), UTF-16 as published or UTF-8. The texts are not in this repository and not ours to pass on.

In one run, on the same texts: words of our segmenter under the recipe that does best on held-out training texts, what
underthesea's README figure was made with, and underthesea's own Rust classifier. Every figure is given on all test
texts and again without the *leaked copies*, test texts that were already read in training; then the published rows.

What was segmented is kept in ``--cache``, and a run that was broken off goes on.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedShuffleSplit

from benchmarks.vntc_copies import Copy, copies
from benchmarks.vntc_methods import RECIPES, Choice, Method, Ours, Readme, Rust, choose, predict_all
from benchmarks.vntc_texts import Filled, VntcError, WordsFile, find_split, read_text
from corpus.processors import processors
from nlp.segment import segmenter
from tintinh.output import progress

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "data" / "var" / "vntc-words.sqlite"

FULL = (33_759, 50_373)
"""Training and test texts of the published split; only a run on all of them may stand beside the rows below."""
PUBLISHED = (
    ("N-gram language model (Hoang et al. 2007)", 97.1, "published, never reproduced"),
    ("SVM (Hoang et al. 2007)", 93.4, "published; what we want to pass"),
    ("underthesea README: TF-IDF (1,2), LinearSVC", 92.8, "published"),
    ("syllable (1,2)-grams, LinearSVC", 93.21, "measured before, November 2026"),
    ("syllable (1,2)-grams, SGD log-loss", 93.15, "measured before, November 2026"),
    ("segmented words, SGD log-loss", 93.00, "measured before, November 2026"),
    ("NB-SVM", 92.46, "measured before, November 2026"),
    ("underthesea_core TextClassifier", 92.25, "measured before, November 2026"),
    ("character n-grams", 91.96, "measured before, November 2026"),
    ("fastText", 91.69, "measured before, November 2026"),
    ("LSA, 200 dimensions", 91.07, "measured before, November 2026"),
)
"""Method, accuracy in per cent on the whole split with its leaked copies, and where the figure is from."""

METHODS = ("ours", "readme", "rust")
_HELD_OUT = 0.2
# Fewer texts of a topic, and one of them cannot be held out for choosing.
_MIN_TEXTS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One method in this run: accuracy and macro F1 (0–1) on all test texts, then on those that are no leaked copies.

    ``margin`` is half the 95 % interval of ``accuracy``; ``training_seconds`` is from texts (ours: words) to model.
    """

    method: str
    accuracy: float
    margin: float
    macro_f1: float
    accuracy_clean: float
    macro_f1_clean: float
    training_seconds: float
    texts_a_second: float


@dataclass(frozen=True)
class Result:
    """A whole run. ``leaked`` counts test texts by kind of copy, ``held_out`` the texts the recipe was chosen on."""

    train: int
    test: int
    topics: tuple[str, ...]
    unreadable: tuple[str, ...]
    segmenter: str
    segmented: int
    segmentation_seconds: float
    leaked: Mapping[str, int]
    held_out: int
    chosen: tuple[Choice, ...]
    rows: tuple[Row, ...]
    peak_megabytes: int

    @property
    def is_full(self) -> bool:
        """Whether this is the published split."""
        return (self.train, self.test) == FULL

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, the published rows with it."""
        published = [{"method": name, "accuracy": value / 100, "source": source} for name, value, source in PUBLISHED]
        return {**asdict(self), "comparable_with_published": self.is_full, "published": published}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--sample", type=click.IntRange(min=1), help="At most so many training and test texts, drawn at random.")
@click.option("--cache", type=click.Path(path_type=Path), default=WORDS, help="File that keeps the segmented texts.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that segment; as many as there are processors.")
@click.option("--method", "methods", type=click.Choice(METHODS), multiple=True, help="Only this one; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
def main(
    path: Path, sample: int | None, cache: Path, jobs: int | None, methods: tuple[str, ...], as_json: bool
) -> None:
    """Print accuracy and macro F1 on the VNTC split in PATH, with and without leaked copies, beside published rows."""
    try:
        result = run(path, cache, sample=sample, jobs=jobs or processors(), methods=methods or METHODS)
    except VntcError as error:
        raise click.ClickException(str(error)) from error
    for reason in result.unreadable:
        click.echo(f"left out: {reason}", err=True)
    click.echo(json.dumps(result.as_dict(), ensure_ascii=False, indent=1) if as_json else "\n".join(report(result)))


def run(path: Path, cache: Path, *, sample: int | None, jobs: int, methods: Sequence[str]) -> Result:
    """The whole comparison on the split in ``path``; see ``main``. Raises ``VntcError`` for what a person can mend."""
    split = find_split(path)
    if sample is not None:
        split = split.sample(sample)
    with WordsFile(cache) as words:
        started = time.perf_counter()
        with progress("segmenting", len(split.train) + len(split.test)) as advance:
            train, test = words.fill(split.train, jobs, advance), words.fill(split.test, jobs, advance)
        segmentation_seconds = time.perf_counter() - started
        with progress("looking for copies", len(test.items)) as advance:
            leaked = copies(words, (train.items, train.digests), (test.items, test.digests), advance)
        held: list[int] = []
        chosen: list[Choice] = []
        rows: list[Row] = []
        for name in METHODS:
            if name not in methods:
                continue
            method: Method
            if name == "ours":
                inner, held = _inner_split(words, train)
                topics = [item.topic for item in train.items]
                chosen = choose(words.words(train.digests), topics, inner, held, RECIPES)
                method = Ours(chosen[0].recipe)
                label = f"ours: {chosen[0].recipe}"
            elif name == "readme":
                method, label = Readme(), "underthesea README: TF-IDF (1,2), max_df 0.5, LinearSVC"
            else:
                method, label = Rust(), "underthesea_core TextClassifier, 20,000 features, (1,2)"
            rows.append(_row(method, label, train, test, leaked, _texts(words, name == "ours")))
    return Result(
        train=len(train.items),
        test=len(test.items),
        topics=split.topics,
        unreadable=train.unreadable + test.unreadable,
        segmenter=segmenter(),
        segmented=train.segmented + test.segmented,
        segmentation_seconds=segmentation_seconds,
        leaked=_counted(leaked, train, test),
        held_out=len(held),
        chosen=tuple(chosen),
        rows=tuple(rows),
        peak_megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _texts(words: WordsFile, segmented: bool) -> Callable[[Filled], Iterator[str]]:
    """How a method gets its texts, one at a time: their words, or the files as they are."""
    if segmented:
        return lambda part: words.words(part.digests)
    return lambda part: (read_text(item.path) for item in part.items)


def _inner_split(words: WordsFile, train: Filled) -> tuple[list[int], list[int]]:
    """Training texts to teach and to choose by, as indexes: a fifth of each topic, without copies of the others."""
    topics = [item.topic for item in train.items]
    for topic in sorted(set(topics)):
        if topics.count(topic) < _MIN_TEXTS:
            raise VntcError(
                f"topic {topic!r} has {topics.count(topic)} training texts that read; to hold some out for choosing, "
                f"{_MIN_TEXTS} are needed"
            )
    splitter = StratifiedShuffleSplit(1, test_size=max(_HELD_OUT, len(set(topics)) / len(topics)), random_state=0)
    inner, held = (sorted(indexes.tolist()) for indexes in next(splitter.split(topics, topics)))
    sides = [
        ([train.items[index] for index in indexes], [train.digests[index] for index in indexes])
        for indexes in (inner, held)
    ]
    with progress("looking for copies within training", len(held)) as advance:
        again = copies(words, sides[0], sides[1], advance)
    return inner, [index for place, index in enumerate(held) if place not in again]


def _row(
    method: Method,
    label: str,
    train: Filled,
    test: Filled,
    leaked: Mapping[int, Copy],
    texts: Callable[[Filled], Iterator[str]],
) -> Row:
    started = time.perf_counter()
    method.fit(texts(train), [item.topic for item in train.items])
    fitted = time.perf_counter()
    with progress(label, len(test.items)) as advance:
        answers = predict_all(method, texts(test), advance)
    seconds = time.perf_counter() - fitted
    truth = [item.topic for item in test.items]
    clean = [index for index in range(len(truth)) if index not in leaked]
    accuracy, macro = _figures(truth, answers)
    accuracy_clean, macro_clean = _figures([truth[index] for index in clean], [answers[index] for index in clean])
    return Row(
        method=label,
        accuracy=accuracy,
        margin=1.96 * (accuracy * (1 - accuracy) / len(truth)) ** 0.5,
        macro_f1=macro,
        accuracy_clean=accuracy_clean,
        macro_f1_clean=macro_clean,
        training_seconds=fitted - started,
        texts_a_second=len(truth) / seconds,
    )


def _figures(truth: Sequence[str], answers: Sequence[str]) -> tuple[float, float]:
    """Accuracy, and the mean F1 of the topics that have test texts."""
    if not truth:
        raise VntcError("every test text is a copy of a training text: nothing is left to judge by")
    macro = f1_score(truth, answers, labels=sorted(set(truth)), average="macro", zero_division=0)
    return float(accuracy_score(truth, answers)), float(macro)


def _counted(leaked: Mapping[int, Copy], train: Filled, test: Filled) -> dict[str, int]:
    elsewhere = sum(test.items[index].topic != train.items[copy.of].topic for index, copy in leaked.items())
    exact = sum(copy.exact for copy in leaked.values())
    return {"exact": exact, "near": len(leaked) - exact, "under_another_topic": elsewhere}


def report(result: Result) -> list[str]:
    """The lines that are printed."""
    exact, near = result.leaked["exact"], result.leaked["near"]
    lines = [
        f"VNTC: {result.train:,} training and {result.test:,} test texts, {len(result.topics)} topics; "
        f"{len(result.unreadable):,} texts that do not read are left out.",
        f"Leaked copies among the test texts: {exact:,} word for word, {near:,} nearly "
        f"({(exact + near) / result.test:.1%}), {result.leaked['under_another_topic']:,} of them trained under another "
        "topic.",
        f"Segmented by {result.segmenter}: {result.segmented:,} texts in {result.segmentation_seconds:.0f} s, the "
        "others were in the cache.",
        "",
        "| method | accuracy | macro F1 | accuracy, no copies | macro F1, no copies | training | texts a second |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.method} | {100 * row.accuracy:.2f} ± {100 * row.margin:.2f} | {100 * row.macro_f1:.2f} "
        f"| {100 * row.accuracy_clean:.2f} | {100 * row.macro_f1_clean:.2f} | {row.training_seconds:.1f} s "
        f"| {row.texts_a_second:,.0f} |"
        for row in result.rows
    ]
    lines += [f"| {name} | {value} | – | – | – | – | {source} |" for name, value, source in PUBLISHED]
    if not result.is_full:
        lines += [
            "",
            f"The published rows are of {FULL[0]:,} training and {FULL[1]:,} test texts. This run had others: its "
            "figures compare with each other, not with those rows.",
        ]
    if result.chosen:
        lines += ["", f"Recipes on {result.held_out:,} training texts held out, none a copy of those taught:", ""]
        lines += [f"    {100 * one.accuracy:.2f}  {one.recipe}  ({one.seconds:.1f} s to fit)" for one in result.chosen]
    return [*lines, "", f"Peak memory {result.peak_megabytes:,} MB."]


if __name__ == "__main__":
    sys.exit(main())
