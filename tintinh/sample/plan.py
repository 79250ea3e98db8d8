"""Which text runs in which outlet on which day: drawn once by a seed, kept in ``data/sample/plan.csv``.

The file is committed, so that new labelled news do not move what stands in the sample. ``python -m tintinh.sample``
draws it anew from all texts there are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from corpus.records import VIETNAM
from tintinh.sample.edits import EDITS, Edit
from tintinh.sample.outlets import AGENCY, SampleError, SampleOutlet
from tintinh.sample.seasons import DAYS, LAST, day_weight, theme_weight
from tintinh.sample.texts import SampleText

SEED = 20261122
# Outlets that take whole stories from another one without saying so, and how many in the three years.
_TAKERS = {("bao_chin_nhanh", "bao_dat_do"): 24, ("bao_gio_lao", "bao_bien_ai"): 10}
_QUIET: tuple[Edit, ...] = ("as_it_is", "cut", "reworded")
# A wire story has enough text to be cut and still be the same story.
_WIRE_WORDS, _WIRE_PARAGRAPHS = 150, 3
_COLUMNS = ("text", "outlet", "at", "taken_from", "edit")


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of the plan: a text in an outlet at a moment (+07:00).

    ``taken_from`` is the outlet it was taken over from and ``edit`` what was done to it; both empty for its own.
    """

    text: str
    outlet: str
    at: datetime
    taken_from: str = ""
    edit: Edit | None = None


def draw(texts: Mapping[str, SampleText], outlets: Mapping[str, SampleOutlet], seed: int = SEED) -> list[Placed]:
    """A plan for all ``texts``, in the order of publication; the same for the same arguments."""
    random = Random(seed)  # noqa: S311 - a draw that can be repeated, not a secret
    wire = _wire(texts, random)
    placed = [
        Placed(text, AGENCY, datetime.combine(day, time(5, random.randrange(60)), VIETNAM))
        for text, day in wire.items()
    ]
    for one in list(placed):
        # The agency and two to five others: a wire story stands in three to six outlets.
        open_then = [outlet.id for outlet in outlets.values() if outlet.id != AGENCY and _is_open(outlet, one.at)]
        takers = sorted(random.sample(open_then, random.randint(2, 5)))
        placed += [_taken(one, taker, random.choice(EDITS), random) for taker in takers]
    placed += [_own(text, outlets, random) for text in texts.values() if text.id not in wire]
    for (giver, taker), count in _TAKERS.items():
        given = [one for one in placed if one.outlet == giver and not one.taken_from]
        chosen = random.sample(sorted(given, key=lambda one: one.text), count)
        placed += [_taken(one, taker, random.choice(_QUIET), random) for one in chosen]
    return sorted(placed, key=lambda one: (one.at, one.outlet, one.text))


def _wire(texts: Mapping[str, SampleText], random: Random) -> dict[str, date]:
    """One text a month for the agency, and its day."""
    able = [
        text
        for text in texts.values()
        if text.printed_at is None
        and text.themes
        and text.words >= _WIRE_WORDS
        and len(text.paragraphs) >= _WIRE_PARAGRAPHS
    ]
    wire: dict[str, date] = {}
    for month in sorted({(day.year, day.month) for day in DAYS}):
        days = [day for day in DAYS if (day.year, day.month) == month and day.weekday() < 5]
        day = random.choice(days)
        wire[random.choice([text.id for text in able if text.id not in wire and _not_before(text) <= day])] = day
    return wire


def _own(text: SampleText, outlets: Mapping[str, SampleOutlet], random: Random) -> Placed:
    if text.printed_at is not None:
        at = text.printed_at
    else:
        first = _not_before(text)
        days = [day for day in DAYS if day >= first]
        weights = [day_weight(day) * theme_weight(text.themes, text.province, day) for day in days]
        day = random.choices(days, weights)[0]
        at = datetime.combine(day, time(random.choice(range(6, 20)), random.randrange(60)), VIETNAM)
    covering = [outlet for outlet in outlets.values() if text.province in outlet.provinces] or [outlets[AGENCY]]
    favour = [6.0 if set(text.themes) & set(outlet.favours) else 1.0 for outlet in covering]
    outlet = random.choices(covering, favour)[0]
    if not _is_open(outlet, at) and outlet.successor:
        outlet = outlets[outlet.successor]
    return Placed(text.id, outlet.id, at)


def _taken(one: Placed, taker: str, edit: Edit, random: Random) -> Placed:
    last = datetime.combine(LAST, time(23), VIETNAM)
    at = min(one.at + timedelta(minutes=random.randint(90, 60 * 40)), last)
    return Placed(one.text, taker, at, one.outlet, edit)


def _is_open(outlet: SampleOutlet, at: datetime) -> bool:
    # Two days of grace: a story is taken over up to forty hours later.
    return outlet.until is None or at.date() + timedelta(2) <= outlet.until


def _not_before(text: SampleText) -> date:
    """The first day on which a text may stand: no story is older than the newest year it names (plans apart)."""
    years = [int(year) for year in re.findall(r"\b20\d\d\b", " ".join((text.title, *text.paragraphs)))]
    newest = max((year for year in years if year <= LAST.year), default=DAYS[0].year)
    return max(DAYS[0], date(newest, 1, 1))


def write_plan(plan: Sequence[Placed], path: Path) -> None:
    """Write ``plan`` as CSV with a header line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(_COLUMNS)
        for one in plan:
            text, outlet, at, taken_from, edit = astuple(one)
            rows.writerow((text, outlet, at.isoformat(timespec="minutes"), taken_from, edit or ""))


def read_plan(path: Path) -> list[Placed]:
    """The plan at ``path``; ``SampleError`` naming the line that is none."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(_rows(csv.DictReader(file), path))


def _rows(rows: csv.DictReader[str], path: Path) -> Iterator[Placed]:
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise SampleError(f"{path}: its first line must be {','.join(_COLUMNS)}, got {rows.fieldnames}")
    for row in rows:
        edit = next((one for one in EDITS if one == row["edit"]), None)
        if bool(row["taken_from"]) != (edit is not None):
            raise SampleError(f"{path}:{rows.line_num}: a story that is taken over needs one of {', '.join(EDITS)}")
        try:
            at = datetime.fromisoformat(row["at"])
        except ValueError as error:
            raise SampleError(f"{path}:{rows.line_num}: {row['at']!r} is no moment in ISO 8601") from error
        yield Placed(row["text"], row["outlet"], at, row["taken_from"], edit)
