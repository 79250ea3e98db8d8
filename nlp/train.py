"""Training: labelled news → an artefact with its figures and its card, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from corpus.records import VIETNAM
from nlp.artefact import NAME, TrainedOn, save
from nlp.background import FILE, Background
from nlp.card import BY_HAND, write_card
from nlp.evaluate import Evaluation, Labels, cross_validate, prepare, transfer
from nlp.floors import check_floors, move_floors, read_floors
from nlp.keywords import Keywords
from nlp.labelled import Labelled, groups, read_labelled
from nlp.pipeline import MIN_EXAMPLES, fit
from nlp.themes import Theme, load_themes


def train(
    labelled: Sequence[Path],
    models: Path,
    *,
    also: Sequence[Path] = (),
    hand: Sequence[Labelled] = (),
    themes: Sequence[Theme] | None = None,
    seed: int = 0,
    background: Background | None = None,
    keep_background: bool = False,
    created: date | None = None,
    allow_lower: bool = False,
    shipped: Path | None = None,
) -> Path:
    """Train on ``labelled`` and ``also``, evaluate, and save as ``models/themes-<version>``; returns that folder.

    ``labelled`` is the news that everybody has (data/labelled): the floors in ``models/floors.json`` are figures of
    its cross-validation, without ``also`` and ``hand`` (rows of ``nlp.hand``), which are news that may be learnt from
    but not passed on. Where ``labelled`` alone has too few examples of a theme, ``labelled`` is folded together with
    them. ``themes`` are those of themes.toml where none are given, ``background`` what unlabelled news knows about
    words: with ``keep_background`` it becomes ``models/background.npz`` once the model is accepted. ``created`` is
    today in Việt Nam. Where ``models`` has no floors yet, those of the folder ``shipped`` hold, if it is given. Some
    minutes on two cores. The same labels, seed, background, version, day and libraries give the same bytes.

    Raises ``LabelledError`` for a file that does not read, ``NlpError`` for too few examples of a theme, and
    ``ModelError`` for a figure below its floor unless ``allow_lower``, which lets the floors sink to the new figures.
    """
    read_floors(models, shipped)  # a file of floors that does not read is said before the work, not after it
    chosen = tuple(themes) if themes is not None else load_themes()
    keywords = Keywords.of(chosen)
    slugs = tuple(keywords.by_theme)
    rows = [*read_labelled([*labelled, *also], slugs), *hand]
    own = len(read_labelled(labelled, slugs))
    everything = prepare(rows, keywords)
    ours = everything.only(range(own))

    others = everything.only(range(own, len(rows)))
    # A theme of one's own may be known from labels by hand alone.
    alone = not others.rows or bool((ours.values.sum(axis=0) >= MIN_EXAMPLES).all())
    evaluations = cross_validate(ours, keywords, seed=seed, also=None if alone else others, background=background)
    measured = evaluations[0].scores[0]
    if not allow_lower:
        check_floors(models, measured, shipped)
    if alone and others.rows:
        evaluations += cross_validate(ours, keywords, seed=seed, also=others, background=background)
        evaluations += _each_unseen(everything, own, keywords, seed=seed, background=background)

    model = fit(
        everything.documents, everything.values, groups(everything.rows), keywords, seed=seed, background=background
    )
    day = created or datetime.now(VIETNAM).date()
    version = _free_version(models, day)
    trained_on = _trained_on(everything, slugs, by_hand=len(hand))
    path = save(
        model,
        models,
        version=version,
        created=day,
        seed=seed,
        trained_on=trained_on,
        metrics={"evaluations": [evaluation.as_dict() for evaluation in evaluations]},
        card=write_card(
            f"{NAME} {version}", chosen, trained_on, evaluations, with_others=bool(also), background=background
        ),
        background=background.digest() if background is not None else None,
    )
    if background is not None and keep_background:
        background.save(models / FILE)
    move_floors(models, measured, shipped, lower=allow_lower)
    return path


def _each_unseen(
    everything: Labels, own: int, keywords: Keywords, *, seed: int, background: Background | None
) -> list[Evaluation]:
    """For each file beside our own: a model that learnt from all others, judged on it."""
    files = [row.tagging.by for row in everything.rows]
    result = []
    for file in dict.fromkeys(files[own:]):
        taught, judged = ([i for i, one in enumerate(files) if (one == file) is held] for held in (False, True))
        result.append(
            transfer(everything.only(taught), everything.only(judged), keywords, seed=seed, background=background)
        )
    return result


def _free_version(models: Path, day: date) -> str:
    """The day, or the day and a number after every model of that day."""
    taken = {path.name.removeprefix(f"{NAME}-{day.isoformat()}") for path in models.glob(f"{NAME}-{day.isoformat()}*")}
    last = max((int(rest[1:] or 1) for rest in taken if re.fullmatch(r"(\.[0-9]+)?", rest)), default=0)
    return f"{day.isoformat()}.{last + 1}" if last else day.isoformat()


def _trained_on(labels: Labels, slugs: Sequence[str], *, by_hand: int) -> list[TrainedOn]:
    files: dict[str, list[int]] = {}
    read = len(labels.rows) - by_hand
    for index, row in enumerate(labels.rows):
        name = row.tagging.by.removeprefix("hand:")
        files.setdefault(f"{name}.jsonl" if index < read else f"{BY_HAND}{name}", []).append(index)
    return [
        TrainedOn(
            file=name,
            articles=len(indexes),
            themes={slug: int(labels.values[indexes, column].sum()) for column, slug in enumerate(slugs)},
        )
        for name, indexes in files.items()
    ]
