"""What a replay would change, in words and as an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tintinh.language import tell
from tintinh.output import print_json, print_rows

if TYPE_CHECKING:
    from crawler.forecast import Forecast

_COUNTS = ("pages", "new", "changed", "unchanged", "withdrawn", "rejected")


def as_lines(forecast: Forecast) -> Iterator[str]:
    """The forecast as a person reads it: counts, fields, reasons, examples."""
    yield tell(
        "{pages} pages read again; "
        "articles: {new} new, {changed} changed, {unchanged} unchanged, {withdrawn} withdrawn",
        **{name: getattr(forecast, name) for name in _COUNTS},
    )
    if forecast.fields:
        fields = ", ".join(f"{name} {count}" for name, count in forecast.fields.most_common())
        yield tell("changed fields: {fields}", fields=fields)
    if forecast.rejections:
        pairs = forecast.rejections.most_common()
        reasons = ", ".join(f"{old} → {new} {count}" for (old, new), count in pairs)
        yield tell("rejected otherwise: {reasons}", reasons=reasons)
    for one in forecast.examples:
        yield one.url
        yield f"  {one.field}: {one.before or tell('(none)')}"
        yield f"  {'→':>{len(one.field) + 1}} {one.after or tell('(none)')}"


def as_rows(forecast: Forecast) -> Iterator[dict[str, Any]]:
    """The forecast as rows of ``what`` and ``count``."""
    yield from ({"what": name, "count": getattr(forecast, name)} for name in _COUNTS)
    yield from ({"what": f"field {name}", "count": count} for name, count in forecast.fields.most_common())
    for (old, new), count in forecast.rejections.most_common():
        yield {"what": f"rejected {old} → {new}", "count": count}


def as_object(forecast: Forecast) -> dict[str, Any]:
    """The forecast as one JSON object."""
    return {
        **{name: getattr(forecast, name) for name in _COUNTS},
        "fields": dict(forecast.fields.most_common()),
        "rejections": [
            {"before": old, "after": new, "count": count} for (old, new), count in forecast.rejections.most_common()
        ],
        "examples": [asdict(one) for one in forecast.examples],
    }


def print_forecast(forecast: Forecast, *, as_json: bool, as_csv: bool) -> None:
    """Print what a replay would change: one object, rows of counts, or lines for a person."""
    if as_json:
        print_json(as_object(forecast))
    elif as_csv:
        print_rows(as_rows(forecast), ("what", "count"), as_json=False, as_csv=True)
    else:
        for line in as_lines(forecast):
            click.echo(line)
