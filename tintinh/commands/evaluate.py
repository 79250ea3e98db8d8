"""``evaluate``: how good the themes are, beside baselines, on labelled news that was held out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.models import stored_background
from tintinh.commands.opinions import model_folder
from tintinh.commands.options import model_option, themes_at
from tintinh.figures import print_csv, print_evaluation
from tintinh.language import tell, translated
from tintinh.output import formats, print_json, progress, say
from tintinh.settings import settings

if TYPE_CHECKING:
    from nlp.evaluate import Evaluation, Labels
    from nlp.keywords import Keywords
    from nlp.labelled import Labelled

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    "evaluate",
    epilog="\b\nExamples:\n  tintinh evaluate                        held-out groups of our own labels\n"
    "  tintinh evaluate --on mine.jsonl        the stored model on your file\n"
    "  tintinh evaluate --also mine.jsonl      folds over our labels and yours together\n"
    "  tintinh evaluate --transfer mine.jsonl  trained on our labels, judged on yours",
)
@click.option("--on", "files", type=_FILE, multiple=True, help="Judge the stored model on this labelled file.")
@click.option("--also", type=_FILE, multiple=True, help="Fold (or, with --transfer, train) with this file, too.")
@click.option("--transfer", "unseen", type=_FILE, multiple=True, help="Train on the rest, judge on this file.")
@click.option("--seed", type=int, help="Seed of the folds [default: 0].")
@click.option(
    "--least", default=15, show_default=True, type=click.IntRange(1), help="Labels a theme needs for the second macro."
)
@click.option("--details", is_flag=True, help="Add reliability and abstention.")
@click.option(
    "--check-floors", "check", is_flag=True, help="Fail if a figure on our labels is below models/floors.json."
)
@model_option
@formats
def evaluate_command(
    files: tuple[Path, ...],
    also: tuple[Path, ...],
    unseen: tuple[Path, ...],
    seed: int | None,
    least: int,
    details: bool,
    check: bool,
    model_path: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Measure theme tagging beside four baselines.

    They are a plain TF-IDF pipeline, underthesea's own classifier taught with the same labels, keyword rules, and no
    theme at all.

    Without an option the method is trained and judged anew in five folds by province, outlet and story, so that every
    article is tagged by a model that has not seen its group; with --also the folds hold that file, too, and its
    figures are given apart. With --transfer all our labels are learnt from and that file is only judged. With --on the
    stored model is judged as it is; whether it has learnt from that file is for you to know.

    Bounds in brackets are 95 % of a bootstrap over those groups. F1 is 0 to 1; AP is average precision, ECE the
    expected calibration error, both blank for a method that states no probability. About a minute.
    """
    _require_one_way(files, also, unseen, seed=seed, check=check, model_path=model_path)
    if files:
        evaluations = _on(files, model_path)
    elif unseen:
        evaluations = _transferred(also, unseen, seed or 0)
    else:
        evaluations = _folded(also, seed or 0)
    for place, evaluation in enumerate(evaluations):
        if as_json:
            print_json(evaluation.as_dict(least))
        elif not as_csv:
            print_evaluation(evaluation, least, details=details, after_another=place > 0)
    if as_csv:
        print_csv(evaluations)
    if not files and not unseen and not also:
        _told_floors(evaluations[0], check=check)


def _require_one_way(
    files: tuple[Path, ...],
    also: tuple[Path, ...],
    unseen: tuple[Path, ...],
    *,
    seed: int | None,
    check: bool,
    model_path: Path | None,
) -> None:
    if files and (also or unseen):
        raise click.UsageError("--on judges the stored model; it goes with neither --also nor --transfer")
    if files and seed is not None:
        raise click.UsageError("--seed is for folds and training; with --on there are none")
    if model_path is not None and not files:
        raise click.UsageError("--model names the stored model that --on judges; say --on FILE")
    if check and (files or also or unseen):
        raise click.UsageError("--check-floors is for our own labels alone; say it without --on, --also and --transfer")


def _on(files: tuple[Path, ...], model_path: Path | None) -> list[Evaluation]:
    from nlp.artefact import load
    from nlp.evaluate import judge
    from nlp.labelled import read_labelled
    from nlp.themes import slugs

    artefact = load(model_folder(model_path), slugs(themes_at(settings().themes)))
    asked = read_labelled(files, artefact.model.themes)
    taught = read_labelled([settings().labelled], artefact.model.themes)
    learnt = {source.file for source in artefact.manifest.trained_on}
    for path in files:
        if path.name in learnt:
            say(
                tell(
                    "{model} has learnt from a file named {file}: if it is this one, its figures flatter",
                    model=artefact.by,
                    file=path.name,
                )
            )
    judged, ours = _prepared([asked, taught], artefact.model.keywords)
    with progress("judging"):
        return [judge(artefact, judged, ours)]


def _folded(also: tuple[Path, ...], seed: int) -> list[Evaluation]:
    from nlp.evaluate import cross_validate
    from nlp.pipeline import FOLDS

    parts, keywords = _ours_and([*also])
    with progress("folds", FOLDS) as advance:
        return cross_validate(
            parts[0],
            keywords,
            seed=seed,
            also=parts[1:],
            background=stored_background(),
            underthesea=True,
            advance=advance,
        )


def _transferred(also: tuple[Path, ...], unseen: tuple[Path, ...], seed: int) -> list[Evaluation]:
    from nlp.evaluate import transfer

    parts, keywords = _ours_and([*also, *unseen])
    first = 1 + len(also)
    taught = parts[0]
    for part in parts[1:first]:
        taught += part
    evaluations = []
    with progress("files", len(unseen)) as advance:
        for judged in parts[first:]:
            evaluations.append(
                transfer(taught, judged, keywords, seed=seed, background=stored_background(), underthesea=True)
            )
            advance(1)
    return evaluations


def _ours_and(paths: list[Path]) -> tuple[list[Labels], Keywords]:
    """Our labels, and those of each file, made ready for a model."""
    from nlp.keywords import Keywords
    from nlp.labelled import read_labelled

    keywords = Keywords.of(themes_at(settings().themes))
    slugs = tuple(keywords.by_theme)
    every = [settings().labelled, *paths]
    read_labelled(every, slugs)  # an id that stands in two of the files is said here
    return _prepared([read_labelled([path], slugs) for path in every], keywords), keywords


def _prepared(files: list[list[Labelled]], keywords: Keywords) -> list[Labels]:
    from nlp.evaluate import prepare

    with progress("segmenting articles", sum(map(len, files))) as advance:
        return [prepare(rows, keywords, advance) for rows in files]


def _told_floors(evaluation: Evaluation, *, check: bool) -> None:
    """Say how our own figures stand to the floors; with ``check`` a failed one is an error."""
    from nlp.errors import ModelError
    from nlp.floors import CEILING, failures, read_floors

    figures = evaluation.scores[0].as_dict()
    floors = read_floors(settings().models, settings().shipped_models)
    if failed := failures(floors, figures):
        if check:
            raise ModelError(f"worse than allowed: {', '.join(failed)}")
        say(tell("worse than allowed: {figures}", figures=", ".join(map(translated, failed))))
        return
    if not floors:
        say(tell("there are no floors"))
        return
    kept = []
    for figure, floor in floors.items():
        told = {"figure": figure, "reached": figures[figure], "floor": floor}
        if figure == CEILING:
            kept.append(tell("{figure} {reached:.4f} (at most {floor:.4f})", **told))
        else:
            kept.append(tell("{figure} {reached:.4f} (at least {floor:.4f})", **told))
    say(tell("floors kept: {figures}", figures=", ".join(kept)))
