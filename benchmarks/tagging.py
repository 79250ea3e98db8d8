"""How fast themes are given and learnt: ``python -m benchmarks.tagging [--news FILE] [--no-training]``.

Prints Markdown. The articles are those of data/labelled and the demo's (data/sample), segmented once beforehand, which
is not timed. Compared are our tagger with and without evidence, and the least that could be done with the same words:
scikit-learn's ``TfidfVectorizer`` and one logistic regression a theme, which gives probabilities alone. The methods
take turns, and each counts with its best round, in seconds of one processor, so that a busy machine does not decide.

``--news`` adds news of your own (JSON Lines with title and text, also .gz): ours are short, a page of a paper has more
than twice the words.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import click
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from corpus.records import Segmentation
from nlp.artefact import newest
from nlp.background import FILE, Background
from nlp.document import segment_article
from nlp.labelled import read_labelled
from nlp.pool import read_pool
from nlp.tag import Tagger
from nlp.themes import load_themes, slugs
from nlp.train import train
from tintinh.loopback import read_stories

ROOT = Path(__file__).parent.parent
LABELLED = ROOT / "data" / "labelled" / "themes.jsonl"
BATCH = 64

Item = tuple[str, str, Segmentation]
Method = Callable[[Sequence[Item]], object]


@click.command()
@click.option("--news", type=click.Path(path_type=Path, exists=True), help="News of your own to tag as well.")
@click.option("--most", default=1000, show_default=True, help="So many articles of --news.")
@click.option("--rounds", default=5, show_default=True, help="Turns of each method; its best one counts.")
@click.option("--no-training", is_flag=True, help="Leave the training out.")
def main(news: Path | None, most: int, rounds: int, no_training: bool) -> None:
    """Print how many articles a second are tagged, beside a plain pipeline, and how long training takes."""
    started = time.perf_counter()
    tagger = Tagger.load(newest(ROOT / "models"))
    click.echo(f"{tagger.by}, loaded in {time.perf_counter() - started:.2f} s\n")
    labelled = read_labelled([LABELLED], slugs(load_themes()))
    ours = [(row.title, row.text) for row in labelled]
    ours += [
        (story.title, "\n".join([*filter(None, [story.lead]), *(block.text for block in story.blocks)]))
        for story in read_stories(ROOT / "data" / "sample" / "newspaper")
    ]
    sets = {"data/labelled and data/sample": ours}
    if news is not None:
        sets[news.name] = list(islice(read_pool([news]), most))
    segmented = {name: [(*item, segment_article(*item)) for item in items] for name, items in sets.items()}

    plain = make_pipeline(
        TfidfVectorizer(token_pattern=r"\S+"),  # noqa: S106 - no password: what a word is
        OneVsRestClassifier(LogisticRegression(class_weight="balanced", max_iter=1000)),
    )
    taught = segmented["data/labelled and data/sample"][: len(labelled)]
    plain.fit(_strings(taught), [[slug in row.tagging.themes for slug in tagger.model.themes] for row in labelled])

    def predict(items: Sequence[Item]) -> None:
        for start in range(0, len(items), BATCH):
            plain.predict_proba(_strings(items[start : start + BATCH]))

    methods: dict[str, Method] = {
        "themes, scores and evidence": lambda items: list(tagger.tag_segmented(items, BATCH)),
        "themes and scores": lambda items: list(tagger.tag_segmented(items, BATCH, evidence=False)),
        "plain scikit-learn pipeline, probabilities": predict,
    }
    for name, items in segmented.items():
        _print(name, items, _best(methods, items, rounds))
    if not no_training:
        _time_training()


def _best(methods: dict[str, Method], items: Sequence[Item], rounds: int) -> dict[str, float]:
    seconds = dict.fromkeys(methods, float("inf"))
    with threadpool_limits(1):
        for _ in range(rounds):
            for name, method in methods.items():
                started = time.process_time()
                method(items)
                seconds[name] = min(seconds[name], time.process_time() - started)
    return seconds


def _print(name: str, items: Sequence[Item], seconds: dict[str, float]) -> None:
    words = sum(len(sentence.split(" ")) for *_, made in items for sentence in made.sentences)
    click.echo(f"**{name}**: {len(items)} articles of {words / len(items):.0f} words\n")
    click.echo("| method | articles a second | to the plain pipeline |\n|---|---|---|")
    *_, plain = seconds.values()
    for method, took in seconds.items():
        click.echo(f"| {method} | {len(items) / took:,.0f} | {plain / took:.2f} |")
    click.echo()


def _time_training() -> None:
    background = Background.load(ROOT / "models" / FILE)
    with tempfile.TemporaryDirectory() as folder:
        wall, processor = time.perf_counter(), time.process_time()
        path = train([LABELLED], Path(folder), background=background)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        size = sum(file.stat().st_size for file in path.iterdir())
    click.echo(
        f"Training on data/labelled from scratch, with segmenting and all figures: {wall:.0f} s by the clock, "
        f"{processor:.0f} s of a processor; the model's folder has {size / 1e6:.1f} MB."
    )


def _strings(items: Sequence[Item]) -> list[str]:
    return [" ".join(made.sentences) for *_, made in items]


if __name__ == "__main__":
    sys.exit(main())
