"""A ``Query`` as the parameters of an address, and back: a saved query is its address.

Every query has one address, its canonical one: parameters in the order of ``NAMES``, nothing that says what is so
anyway, provinces in the corpus's spelling, days in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlencode

from corpus.errors import QueryError
from corpus.provinces import canonical
from corpus.querylang import read
from corpus.records import Query
from corpus.text import line
from tintinh.filters import FILTERS

NAMES: Mapping[str, str] = {
    "q": "text",
    **FILTERS,
    "probability": "probability",
    "stories": "stories",
    "hand": "by_hand",
}
"""Parameter → field of ``Query``; ``theme`` may be given again."""

_BLANK = Query()
_FLAGS = ("stories", "hand")
_LONGEST = 500
"""Characters of one value: no question that a person types is longer."""

Parameters = Mapping[str, Sequence[str]]


def parameters(query_string: str) -> dict[str, list[str]]:
    """What stands behind the ``?`` of an address, without what is empty (as a form sends it); ``QueryError`` for
    what is not UTF-8, too much or too long."""
    try:
        pairs = parse_qsl(query_string, errors="strict", max_num_fields=60)
    except UnicodeDecodeError:
        raise QueryError("the address holds a parameter that is not UTF-8") from None
    except ValueError:
        raise QueryError("the address holds more than 60 parameters") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(value) > _LONGEST:
            raise QueryError(f"the parameter {name[:40]!r} has {len(value)} characters; {_LONGEST} are the most")
        if value.strip():
            found.setdefault(name, []).append(value)
    return found


def query_of(
    given: Parameters,
    *,
    themes: Collection[str],
    beside: Collection[str] = (),
    asks: bool = True,
    reads_map: bool = False,
) -> Query:
    """The query that the parameters ask for; ``beside`` are parameters of a view that are none of the query's.

    A view that does not ask (``asks``) has only those. ``reads_map`` keeps the map where no province is named.

    Raises ``QueryError`` with one sentence that names the parameter and what was expected.
    """
    known = [name for name in NAMES if name not in beside] if asks else []
    for name, values in given.items():
        if name not in known and name not in beside:
            raise QueryError(
                f"the parameter {name[:40]!r} is not known here; there are {', '.join([*known, *beside]) or 'none'}"
            )
        if len(values) > 1 and name != "theme":
            raise QueryError(f"the parameter {name!r} is given {len(values)} times; once was expected")
    asked: dict[str, Any] = {
        NAMES[name]: _value(name, values, themes) for name, values in given.items() if name in known
    }
    if asked.get("text") is not None:
        read(asked["text"])
    since, until = asked.get("since"), asked.get("until")
    if since and until and since > until:
        raise QueryError(f"since {since} is after until {until}: no day lies between them")
    if asked.get("probability") is not None and not asked.get("themes"):
        raise QueryError("the parameter 'probability' needs a theme that it is the probability of")
    if asked.get("province") is None and not reads_map:
        asked.pop("province_map", None)  # there is nothing to read under it
    return Query(**asked)


def _value(name: str, values: Sequence[str], themes: Collection[str]) -> Any:
    value = line(values[0])
    if name == "theme":
        return tuple(dict.fromkeys(require_one_of(name, one, themes) for one in values))
    if name == "province":
        province = canonical(value)
        if province is None:
            raise QueryError(f"{value!r} is not a province of Việt Nam, of the map of 63 or of 34")
        return province
    if name == "map":
        return require_one_of(name, value, ("day", "63", "34"))
    if name in ("since", "until"):
        return day(name, value)
    if name in _FLAGS:
        return require_one_of(name, value, ("1",)) == "1"
    if name == "probability":
        return _probability(value)
    return value


def require_one_of(name: str, value: str, known: Iterable[str]) -> str:
    """``value``, if it is one of those known; ``QueryError`` naming near ones if it is not."""
    choices = list(known)
    if value in choices:
        return value
    near = choices if len(choices) <= 5 else get_close_matches(value, choices, n=3, cutoff=0.0)
    raise QueryError(f"{name}: {value[:80]!r} is none; there are {', '.join(near)}{' …' if near != choices else ''}")


def day(name: str, value: str) -> date:
    """The day that ``value`` names; ``QueryError`` if it is none."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise QueryError(f"{name}: {value[:40]!r} is no day; write it as 2025-07-01 or 01/07/2025")


def _probability(value: str) -> float:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise QueryError(f"probability: {value[:40]!r} is none; a number from 0 to 1 was expected")
    return number


def parameters_of(query: Query) -> list[tuple[str, str]]:
    """The canonical parameters of a query, in order."""
    pairs: list[tuple[str, str]] = []
    for name, field in NAMES.items():
        value = getattr(query, field)
        if value is None or value == getattr(_BLANK, field):
            continue
        if name == "theme":
            pairs += [(name, slug) for slug in value]
        elif name in _FLAGS:
            pairs.append((name, "1"))
        else:
            pairs.append((name, format(value, "g") if isinstance(value, float) else str(value)))
    return pairs


def query_string(query: Query | None, beside: Mapping[str, object] | None = None) -> str:
    """The canonical query string (without ``?``) of a query and of a view's own parameters that say something."""
    pairs = parameters_of(query) if query is not None else []
    pairs += [(name, str(value)) for name, value in (beside or {}).items() if value not in (None, "")]
    return urlencode(pairs)
