"""What a view shows as CSV and JSON, each with how to cite it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

from corpus.export import write_table
from corpus.limits import TookTooLong
from corpus.manifest import asked, citation, versions
from corpus.store import Corpus
from tintinh.explorer.view import Shown, Visit
from tintinh.output import plain

_FOR_CITING = 0.5
"""Of the time of a page, for going through all articles that a citation is of."""


def cited(corpus: Corpus, visit: Visit, shown: Shown) -> str:
    """How to cite what is shown: the selection with its digest, or, where it is too large to go through at once,
    without; a view that is no selection says itself what it is."""
    if shown.cited is None:
        made = datetime.now(UTC).date().isoformat()
        return f"{shown.cite or shown.title}. Read from a corpus kept with tintinh {versions()['tintinh']}, {made}."
    query = replace(shown.cited, limit=None)
    try:
        with visit.deadline.within(_FOR_CITING * visit.site.seconds):
            tally = corpus.tally(query)
    except TookTooLong:
        filters = "; ".join(f"{name}: {value}" for name, value in asked(query).items()) or "everything"
        return (
            f"Vietnamese provincial news collected with tintinh {versions()['tintinh']}. Selected by: {filters}."
            " The selection is too large to be counted here; tintinh export --cite does."
        )
    return citation(query, tally, datetime.now(UTC))


def as_csv(shown: Shown, cite: str, at: str) -> str:
    """The rows as CSV: a line with the citation and one with the address, both begun with ``#``, then the header."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([f"# {cite}"])
    writer.writerow([f"# {at}"])
    columns = list(shown.columns)
    write_table(({name: _cell(row.get(name)) for name in columns} for row in shown.rows), columns, out)
    return out.getvalue()


def as_json(visit: Visit, shown: Shown, cite: str, at: str) -> str:
    """The rows as one JSON object: what was asked, how to cite it, what goes beside the rows, the rows."""
    whole = {
        "view": visit.view.name,
        "address": at,
        "asked": asked(replace(shown.cited, limit=None)) if shown.cited is not None else {},
        "cite": cite,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **shown.more,
        "rows": [{name: row.get(name) for name in shown.columns} for row in shown.rows],
    }
    return json.dumps(plain(whole), ensure_ascii=False, indent=1)


def _cell(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "; ".join(str(_cell(item)) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={_cell(item)}" for key, item in value.items())
    return value
