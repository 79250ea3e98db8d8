"""How good the themes are, beside the baselines: ``python -m benchmarks.themes [--also FILE] [--articles FILE]``.

Prints Markdown. Always: five folds by group on data/labelled, and the newest stored model on the demo's invented news
(``data/sample``: five outlets and 97 stories that no model ever learnt from, labelled by their writers).

With ``--also`` (labelled news that is not in the repository): the same with it, and the model trained on ours alone
judged on it. With ``--articles`` (JSON Lines of
``tintinh extract --json``, or of ``{"id", "title", "text"}``; ``-`` is standard input): what the newest stored model
says about each, with its speed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from nlp.artefact import load, newest
from nlp.background import FILE, Background
from nlp.card import table
from nlp.evaluate import Evaluation, Labels, cross_validate, evaluate, prepare, transfer
from nlp.keywords import Keywords
from nlp.labelled import read_labelled
from nlp.tag import Tagger
from nlp.themes import load_themes
from tintinh.loopback import read_stories

ROOT = Path(__file__).parent.parent


@click.command()
@click.option("--also", type=click.Path(path_type=Path), multiple=True, help="Further labelled news, JSON Lines.")
@click.option("--articles", type=click.File(encoding="utf-8"), help="Articles to tag, JSON Lines; - is standard input.")
@click.option("--seed", default=0, show_default=True, help="Seed of the folds.")
def main(also: tuple[Path, ...], articles: Any, seed: int) -> None:
    """Print the figures of the themes beside their baselines."""
    if articles is not None:
        _tag(articles)
        return
    keywords = Keywords.of(load_themes())
    slugs = tuple(keywords.by_theme)
    ours = prepare(read_labelled([ROOT / "data" / "labelled" / "themes.jsonl"], slugs), keywords)
    background = Background.load(ROOT / "models" / FILE)
    evaluations = cross_validate(ours, keywords, seed=seed, background=background, underthesea=True)
    if also:
        others = prepare(read_labelled(also, slugs), keywords)
        evaluations += cross_validate(ours, keywords, seed=seed, also=others, background=background)
        evaluations.append(transfer(ours, others, keywords, seed=seed, background=background))
    evaluations.append(_unseen(ours))
    for evaluation in evaluations:
        click.echo(table(evaluation) + "\n")
        for item in evaluation.scores[0].themes:
            click.echo(
                f"    {item.theme:28} precision {item.precision:.2f}  recall {item.recall:.2f}  F1 {item.f1:.2f}"
                f"  ({item.support})"
            )
        click.echo()


def _unseen(ours: Labels) -> Evaluation:
    """The newest stored model, and the baselines taught ``ours``, on the stories of the loopback newspaper."""
    rows = [
        {
            "id": story.id,
            "title": story.title,
            "text": "\n".join([*filter(None, [story.lead]), *(block.text for block in story.blocks)]),
            "themes": list(story.themes),
            "primary": story.primary,
            "outlet": story.source,
            "province": story.province,
        }
        for story in read_stories(ROOT / "data" / "sample" / "newspaper")
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return evaluate([path], load(newest(ROOT / "models")), ours)


def _tag(articles: Any) -> None:
    started = time.perf_counter()
    tagger = Tagger.load(newest(ROOT / "models"))
    click.echo(f"{tagger.by} loaded in {time.perf_counter() - started:.2f} s", err=True)
    rows = [json.loads(line) for line in articles if line.strip()]
    started = time.perf_counter()
    for row, tagging in zip(rows, tagger.tag_many((row["title"], _text(row)) for row in rows), strict=True):
        scores = ", ".join(f"{slug} {tagging.scores[slug]:.2f}" for slug in tagging.themes) or "no theme"
        click.echo(f"{row.get('id') or row.get('file')}: {scores}; primary {tagging.primary}")
    seconds = time.perf_counter() - started
    click.echo(f"{len(rows)} articles in {seconds:.1f} s, {len(rows) / seconds:.0f} a second", err=True)


def _text(row: dict[str, Any]) -> str:
    if "text" in row:
        return str(row["text"])
    return "\n".join([*filter(None, [row["lead"]]), *row["body"], *row["captions"]])


if __name__ == "__main__":
    sys.exit(main())
