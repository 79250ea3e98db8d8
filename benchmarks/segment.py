"""How fast words are found, and whether they are underthesea's: ``python -m benchmarks.segment [--fuzz 20000]``.

Prints Markdown. Everything is timed in one run, on one core, by the processor's clock, on the sentences of our own news
(data/labelled, data/sample): underthesea's ``word_tokenize`` and our tables with nothing remembered (cold) and with
everything (warm), pyvi where it is installed; then whole articles, sentences and letters included, one by one and
together; then by two processes against one, by the clock on the wall, so that nothing else should run. Words are
compared, never counted as equal: on every sentence timed, and on ``--fuzz`` made strings.

``--on`` takes the ``text`` of the lines of a file in place of our news.

``--write-answers`` stores what the installed underthesea makes of the known strings (``nlp/known.py``). Do that for a
new release only after a run of this benchmark on it without a difference.
"""

from __future__ import annotations

import importlib.util
import json
import random
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click

from benchmarks.fuzzed import fuzzed
from corpus.text import line
from nlp.crf_tables import Tables
from nlp.installed import installed, parts
from nlp.known import PATH, known
from nlp.segment import _by_underthesea, _new_style, segment, segment_together, segmenter
from nlp.segment_many import segment_many
from nlp.sentences import sentences
from nlp.tokens import Cutter
from nlp.words import Words

T = TypeVar("T")

ROOT = Path(__file__).parent.parent

# The peak from /proc (Linux): what getrusage says of a new process includes the one that started it.
_LOAD = """
import re, time
from pathlib import Path
import numpy

def peak():
    return int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1))

before, started = peak(), time.process_time()
{code}
print(time.process_time() - started, peak() - before)
"""
_OURS = "from nlp.segment import segment; segment('Mưa to.')"
_THEIRS = "from underthesea import word_tokenize; word_tokenize('Mưa to.')"


@click.command(help=__doc__)
@click.option("--on", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON Lines with texts.")
@click.option("--mixed", type=click.IntRange(min=0), default=100_000, help="Articles for two processes and one.")
@click.option("--fuzz", type=click.IntRange(min=0), default=2_000, help="Made strings to compare.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, help="Rounds of timing; the best one counts.")
@click.option("--write-answers", is_flag=True, help="Store the known answers of the installed underthesea.")
def main(on: Path | None, mixed: int, fuzz: int, rounds: int, write_answers: bool) -> None:
    if write_answers:
        PATH.write_text(answers_file({text: _by_underthesea(text) for text in known().answers}), encoding="utf-8")
        return
    articles = list(_articles() if on is None else _texts(on))
    news = [_new_style(line(sentence)) for article in articles for sentence in sentences(article)]
    of = parts()
    tables = Tables(of.crf, of.templates, of.dictionary)
    asked: list[str] = []

    def ask(sentence: str) -> list[str]:
        asked.append(sentence)
        return _by_underthesea(sentence)

    def fresh() -> Words:
        return Words(tables, Cutter(of.expression, of.letters), ask)

    def theirs() -> list[list[str]]:
        return [_by_underthesea(sentence) for sentence in news]

    theirs_took, expected = _best(1, theirs)
    cold_took, found = _best(rounds, lambda: fresh().lists(news))
    remembering = fresh()
    remembering.lists(news)
    warm_took, _ = _best(rounds, lambda: remembering.lists(news))
    whole_took, _ = _best(rounds, lambda: [segment(article) for article in articles])
    together_took, _ = _best(rounds, lambda: segment_together(articles))
    count = sum(map(len, expected))
    click.echo(f"{len(articles)} articles, {len(news):,} sentences, {count:,} words; {segmenter()}\n")
    click.echo("| segmenter | articles/s | words/s | times underthesea |")
    click.echo("|---|---|---|---|")
    for name, took in (
        ("underthesea, `word_tokenize`", theirs_took),
        ("our tables, cold", cold_took),
        ("our tables, warm", warm_took),
        *_pyvi(news),
        ("`segment`, article by article", whole_took),
        ("`segment_together`, all articles", together_took),
    ):
        click.echo(f"| {name} | {len(articles) / took:,.0f} | {count / took:,.0f} | {theirs_took / took:.1f} |")
    if not importlib.util.find_spec("pyvi"):
        click.echo("\npyvi is not installed.")
    click.echo("\n| loading | seconds | MB beside numpy |")
    click.echo("|---|---|---|")
    for name, code in (("our tables", _OURS), ("underthesea", _THEIRS)):
        seconds, size = _loaded(code)
        click.echo(f"| {name} | {seconds:.2f} | {size:.0f} |")
    _processes(articles, mixed)
    differing = sum(ours != words for ours, words in zip(found, expected, strict=True))
    ties = len(set(asked))
    click.echo(f"\nSentences of news with other words than underthesea's: {differing} of {len(news):,} ({ties} ties).")
    asked.clear()
    made = list(fuzzed(fuzz))
    differing = sum(ours != _by_underthesea(text) for text, ours in zip(made, fresh().lists(made), strict=True))
    click.echo(f"Made strings with other words than underthesea's: {differing} of {fuzz:,} ({len(asked)} ties).")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"Peak memory of this run, both loaded: {peak:.0f} MB.")


def _processes(articles: list[str], count: int) -> None:
    """One process and two on ``count`` articles mixed of the lines of ours, so that no two are alike."""
    if not count:
        return
    lines = [text for article in articles for text in article.splitlines()]
    each = max(1, len(lines) // len(articles))
    pick = random.Random(6)  # noqa: S311 - the same articles every time
    texts = ["\n".join(pick.sample(lines, each)) for _ in range(count)]
    seconds: dict[int, float] = {}
    for processes in (1, 2):
        started = time.perf_counter()
        for _ in segment_many(enumerate(texts), processes):
            pass
        seconds[processes] = time.perf_counter() - started
    click.echo(
        f"\n`segment_many`, {count:,} articles mixed of these lines: {count / seconds[1]:,.0f} articles/s by one "
        f"process, {count / seconds[2]:,.0f} by two, the start included: {seconds[1] / seconds[2]:.2f} times."
    )


def answers_file(answers: dict[str, list[str]]) -> str:
    """The text of ``nlp/known_answers.json``: a line a string, escaped where it would not be seen as it is."""
    of = json.dumps(asdict(installed()))
    return '{"of": ' + of + ',\n"answers": {\n' + ",\n".join(_answer(*item) for item in answers.items()) + "\n}}\n"


def _answer(text: str, words: list[str]) -> str:
    hidden = not text.isprintable() or text != unicodedata.normalize("NFC", text)
    return f"{json.dumps(text, ensure_ascii=hidden)}: {json.dumps(words, ensure_ascii=hidden)}"


def _texts(path: Path) -> Iterable[str]:
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        yield "\n".join(text for text in (row.get("title"), row["text"]) if text)


def _articles() -> Iterable[str]:
    for path in (
        ROOT / "data" / "labelled" / "themes.jsonl",
        *sorted((ROOT / "data" / "sample" / "newspaper").glob("*.jsonl")),
    ):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            blocks = [row["lead"], *(block["text"] for block in row["blocks"])] if "blocks" in row else [row["text"]]
            yield "\n".join(text for text in (row["title"], *blocks) if text)


def _best(rounds: int, work: Callable[[], T]) -> tuple[float, T]:
    """The processor's seconds of the quickest round, and what the last one made."""
    took = []
    for _ in range(rounds):
        started = time.process_time()
        made = work()
        took.append(time.process_time() - started)
    return min(took), made


def _pyvi(news: list[str]) -> list[tuple[str, float]]:
    if not importlib.util.find_spec("pyvi"):
        return []
    from pyvi import ViTokenizer  # a peer, installed by hand

    ViTokenizer.tokenize(news[0])
    return [("pyvi", _best(1, lambda: [ViTokenizer.tokenize(sentence) for sentence in news])[0])]


def _loaded(code: str) -> tuple[float, float]:
    """Processor seconds and megabytes that a new process, which has numpy, spends on ``code``."""
    command = [sys.executable, "-c", _LOAD.format(code=code)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)  # noqa: S603
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes) / 1024


if __name__ == "__main__":
    main()
