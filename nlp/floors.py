"""Floors: the quality below which a new model is refused. They rise with every better model, and sink only on demand.

``models/floors.json`` holds figures of the five-fold cross-validation on our own labelled news, so that anybody with a
clone measures the same thing.
"""

from __future__ import annotations

import json
from pathlib import Path

from nlp.errors import ModelError
from nlp.scores import Scores

FLOORS = "floors.json"
FIGURES = ("macro_f1", "micro_f1", "exact_match", "primary_accuracy")
# A floor stays this far under the figure it comes from: another release of numpy or scikit-learn moves the last
# examples over a threshold, and one article of 520 is 0.002.
_SLACK = 0.01


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
    if not isinstance(value, dict) or any(
        key not in FIGURES or not isinstance(floor, int | float) or not 0 <= floor <= 1 for key, floor in value.items()
    ):
        raise ModelError(f"{path}: expected the figures {', '.join(FIGURES)}, each with a floor from 0 to 1")
    return {key: float(floor) for key, floor in value.items()}


def check_floors(models: Path, scores: Scores, shipped: Path | None = None) -> None:
    """Raise ``ModelError`` naming the first figure of ``scores`` that is below its floor (see ``read_floors``)."""
    for figure, floor in read_floors(models, shipped).items():
        if (reached := getattr(scores, figure)) < floor:
            raise ModelError(
                f"the new model's {figure} is {reached:.4f}, below the floor {floor:.4f} of {_file(models, shipped)}; "
                "it is not kept (allow a lower figure explicitly to keep it all the same)"
            )


def move_floors(models: Path, scores: Scores, shipped: Path | None = None, *, lower: bool = False) -> None:
    """Raise the floors to just under ``scores``; with ``lower`` a floor may also sink to there.

    Only ``models`` is written to; ``shipped`` says where its floors begin when it has none yet.
    """
    before = {} if lower else read_floors(models, shipped)
    reached = {figure: round(max(0.0, getattr(scores, figure) - _SLACK), 4) for figure in FIGURES}
    floors = {figure: max(value, before.get(figure, 0.0)) for figure, value in reached.items()}
    (models / FLOORS).write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")


def _file(models: Path, shipped: Path | None) -> Path:
    own = models / FLOORS
    return own if shipped is None or own.exists() else shipped / FLOORS
