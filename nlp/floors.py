"""Floors: the quality below which a new model is refused. They rise with every better model, and sink only on demand.

``models/floors.json`` holds figures of the five-fold cross-validation on our own labelled news, so that anybody with a
clone measures the same thing: floors under the ``FIGURES`` and under the F1 of the worst theme, a ceiling over the
calibration error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlp.errors import ModelError
from nlp.scores import Scores

FLOORS = "floors.json"
FIGURES = ("macro_f1", "micro_f1", "exact_match", "primary_accuracy")
WORST = "worst_theme"
CEILING = "ece"
# A floor stays this far under the figure it comes from: another release of numpy or scikit-learn moves the last
# examples over a threshold, and one article of 520 is 0.002.
_SLACK = 0.01
# One article of a theme with 64 labels moves its F1 by almost 0.01; other seeds of the folds moved the worst by 0.04.
_WORST_SLACK = 0.02
# The calibration error is a mean over more than ten thousand probabilities: four seeds gave 0.0029 to 0.0049.
_CEILING_SLACK = 0.003


def read_floors(models: Path, shipped: Path | None = None) -> dict[str, float]:
    """The floors of the folder ``models`` by figure; where it has no file those of ``shipped``, else none.

    Raises ``ModelError`` on a file that is no such thing.
    """
    path = _file(models, shipped)
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path}: is not JSON in UTF-8: {error}") from error
    known = (*FIGURES, WORST, CEILING)
    if not isinstance(value, dict) or any(
        key not in known or isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 <= floor <= 1
        for key, floor in value.items()
    ):
        raise ModelError(f"{path}: expected the figures {', '.join(known)}, each with a floor from 0 to 1")
    return {key: float(floor) for key, floor in value.items()}


def failures(floors: Mapping[str, float], figures: Mapping[str, Any], place: Path | str = FLOORS) -> list[str]:
    """For each floor that ``figures`` (of ``Scores.as_dict``, perhaps from metrics.json) fail: which, and by how much.

    ``place`` is where the floors stand. Raises ``ModelError`` where ``figures`` lack one that has a floor.
    """
    failed = []
    for figure, floor in floors.items():
        if (reached := figures.get(figure)) is None:
            raise ModelError(f"{figure} has the floor {floor:.4f}, but was not measured")
        short = reached - floor if figure == CEILING else floor - reached
        if short > 0:
            side = "above the ceiling" if figure == CEILING else "below the floor"
            failed.append(
                f"{figure}{_named(figure, figures)} is {reached:.4f}, {side} {floor:.4f} of {place} by {short:.4f}"
            )
    return failed


def _named(figure: str, figures: Mapping[str, Any]) -> str:
    """The theme's name for the figure of the worst theme."""
    if figure != WORST:
        return ""
    labelled = [theme for theme in figures["themes"] if theme["support"]]
    return f" ({min(labelled, key=lambda theme: theme['f1'])['theme']})" if labelled else ""


def check_floors(models: Path, scores: Scores, shipped: Path | None = None) -> None:
    """Raise ``ModelError`` naming every figure of ``scores`` that fails its floor, and by how much."""
    figures = {**scores.as_dict(), **{figure: getattr(scores, figure) for figure in (*FIGURES, WORST, CEILING)}}
    if failed := failures(read_floors(models, shipped), figures, _file(models, shipped)):
        raise ModelError(
            f"the new model's {', '.join(failed)}; "
            "it is not kept (allow a lower figure explicitly to keep it all the same)"
        )


def move_floors(models: Path, scores: Scores, shipped: Path | None = None, *, lower: bool = False) -> None:
    """Raise the floors to just under ``scores``, and lower the ceiling to just above; with ``lower`` they may give way.

    Only ``models`` is written to; ``shipped`` says where its floors begin when it has none yet.
    """
    before = {} if lower else read_floors(models, shipped)
    margins = {**dict.fromkeys(FIGURES, _SLACK), WORST: _WORST_SLACK}
    reached = {figure: round(max(0.0, getattr(scores, figure) - margin), 4) for figure, margin in margins.items()}
    floors = {figure: max(value, before.get(figure, 0.0)) for figure, value in reached.items()}
    if scores.ece is not None:
        floors[CEILING] = min(round(min(1.0, scores.ece + _CEILING_SLACK), 4), before.get(CEILING, 1.0))
    (models / FLOORS).write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")


def _file(models: Path, shipped: Path | None) -> Path:
    own = models / FLOORS
    return own if shipped is None or own.exists() else shipped / FLOORS
