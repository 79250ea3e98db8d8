"""``train`` and ``evaluate``: the theme model and its figures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.opinions import model_folder
from tintinh.commands.options import model_option, themes_at, themes_option
from tintinh.output import formats, print_rows, print_table, progress, say, words
from tintinh.settings import settings

if TYPE_CHECKING:
    from nlp.background import Background
    from nlp.evaluate import Evaluation

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FIGURES = (
    "method", "macro_f1", "micro_f1", "micro_precision", "micro_recall", "exact_match", "primary_accuracy", "ece",
)  # fmt: skip


@click.command(
    "train",
    epilog="\b\nExamples:\n  tintinh train\n  tintinh train --also my-labels.jsonl --into models\n"
    "  tintinh train --hand data/var/corpus.sqlite    with the labels given by tintinh label\n"
    "  tintinh train --pool news.jsonl.gz    with a background of words learnt anew from unlabelled news",
)
@click.option("--labelled", type=_FILE, multiple=True, help="Labelled news [default: data/labelled/themes.jsonl].")
@click.option("--also", type=_FILE, multiple=True, help="More labelled news to learn from that is not passed on.")
@click.option("--hand", type=_FILE, metavar="CORPUS", help="A corpus whose labels by hand are learnt from, too.")
@click.option(
    "--background", "background_file", type=_FILE, help="A background of words [default: models/background.npz]."
)
@click.option(
    "--pool",
    type=_FILE,
    multiple=True,
    help='Unlabelled news (JSON Lines {"title", "text"}, also .gz) to learn the background of words anew from; '
    "it takes the place of background.npz where the model goes.",
)
@click.option("--no-background", is_flag=True, help="Learn from the labelled news alone.")
@themes_option
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: settings().models,
    show_default="models",
    help="Where the model's folder is made.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the folds.")
@click.option("--allow-lower", is_flag=True, help="Accept figures below models/floors.json, and lower it.")
def train_command(
    labelled: tuple[Path, ...],
    also: tuple[Path, ...],
    hand: Path | None,
    background_file: Path | None,
    pool: tuple[Path, ...],
    no_background: bool,
    themes_path: Path | None,
    into: Path,
    seed: int,
    allow_lower: bool,
) -> None:
    """Train the theme model on labelled news, measure it on held-out groups, and store it; about a minute.

    A model whose figures fall below the floors is refused. No model is overwritten. The same labels, background, seed
    and versions give the same model, byte by byte.
    """
    from nlp.background import Background
    from nlp.hand import hand_labels_at
    from nlp.keywords import Keywords
    from nlp.labelled import read_labelled
    from nlp.pool import learn_background
    from nlp.themes import slugs
    from nlp.train import train

    if sum((background_file is not None, bool(pool), no_background)) > 1:
        raise click.UsageError("--background, --pool and --no-background exclude each other; give one of them")
    themes = themes_at(themes_path)
    by_hand = hand_labels_at(hand, slugs(themes)) if hand else []
    ours = labelled or (settings().labelled,)
    background = None
    if pool:
        judged = [*read_labelled([*ours, *also], slugs(themes)), *by_hand]
        with progress("segmenting unlabelled news") as advance:
            background = learn_background(pool, Keywords.of(themes), judged=judged, seed=seed, advance=advance)
        say(f"background: {len(background.words)} words of {background.documents} texts")
    elif background_file is not None:
        background = Background.load(background_file)
    elif not no_background:
        background = _background()
    with words().status("training and measuring on held-out provinces and outlets …"):
        path = train(
            ours,
            into,
            also=also,
            hand=by_hand,
            themes=themes,
            seed=seed,
            background=background,
            keep_background=bool(pool),
            allow_lower=allow_lower,
            shipped=settings().shipped_models,
        )
    click.echo(str(path))
    say(f"figures: {path / 'metrics.json'}, card: {path / 'card.md'}")


@click.command(
    "evaluate",
    epilog="\b\nExamples:\n  tintinh evaluate                    held-out groups of our own labels\n"
    "  tintinh evaluate --on mine.jsonl    the stored model on your file",
)
@click.option("--on", "files", type=_FILE, multiple=True, help="Judge the stored model on this labelled file.")
@click.option("--seed", default=0, show_default=True, help="Seed of the folds.")
@model_option
@formats
def evaluate_command(files: tuple[Path, ...], seed: int, model_path: Path | None, as_json: bool, as_csv: bool) -> None:
    """Measure theme tagging beside baselines: keyword rules, a plain TF-IDF pipeline, and no theme at all.

    Without --on the method is trained and judged anew in five folds by province, outlet and story, so that every
    article is tagged by a model that has not seen its group. With --on the stored model is judged as it is; whether it
    has learnt from that file is for you to know.
    """
    from nlp.artefact import load
    from nlp.evaluate import cross_validate, evaluate, prepare
    from nlp.keywords import Keywords
    from nlp.labelled import read_labelled
    from nlp.themes import load_themes

    with words().status("tagging and judging …"):
        if files:
            evaluations = [evaluate(files, load(model_folder(model_path)))]
        else:
            keywords = Keywords.of(load_themes())
            rows = read_labelled([settings().labelled], tuple(keywords.by_theme))
            evaluations = cross_validate(prepare(rows, keywords), keywords, seed=seed, background=_background())
    for evaluation in evaluations:
        _print(evaluation, as_json=as_json, as_csv=as_csv)


def _background() -> Background | None:
    """What unlabelled news knows about words: the models folder's own, else the shipped one; None where neither has."""
    from nlp.background import FILE, Background

    paths = (settings().models / FILE, settings().shipped_models / FILE)
    found = next((path for path in paths if path.is_file()), None)
    return Background.load(found) if found is not None else None


def _print(evaluation: Evaluation, *, as_json: bool, as_csv: bool) -> None:
    say(f"{evaluation.dataset}: {evaluation.scores[0].articles} articles; {evaluation.split}")
    rows = [item.as_dict() for item in evaluation.scores]
    if as_json:
        print_rows([evaluation.as_dict()], (), as_json=True, as_csv=False)
        return
    print_rows(rows, _FIGURES, as_json=False, as_csv=as_csv)
    if not as_csv:
        click.echo()
        print_table(
            _by_theme(rows),
            ["theme", "precision", "recall", "f1", "support", *(f"f1 {row['method']}" for row in rows[1:])],
        )


def _by_theme(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a theme: the first method in full, the others' F1 beside it."""
    first, *others = rows
    table = []
    for index, theme in enumerate(first["themes"]):
        beside = {f"f1 {other['method']}": other["themes"][index]["f1"] for other in others}
        table.append({**theme, **beside})
    return table
