"""A ``Query`` as SQL: which articles it asks for. Every value is a bound parameter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from corpus import leaps
from corpus.entities import naming
from corpus.errors import QueryError
from corpus.provinces import canonical, map_34, map_63
from corpus.querylang import read
from corpus.records import ProvinceMap, Query
from corpus.text import fold, has_tones, line, match_key

PROVINCE_COLUMN: dict[ProvinceMap, str] = {
    "day": "articles.province",
    "63": "articles.province_63",
    "34": "articles.province_34",
}


STANDING = "standing_themes"
"""The relation of the themes in use, the newest model's or a person's."""
NO_FILTER = "TRUE"
"""The condition of a query without filters."""
# The names as they are spelled anywhere: to make the key of each article's own takes two seconds for a million.
_SPELLINGS = "WITH RECURSIVE {known} SELECT known.name FROM known WHERE {{key}}(known.name) = ?"
_IN_SECTION = f"articles.section IN ({_SPELLINGS.format(known=leaps.values('known', 'articles', 'section'))})"
_OF_AUTHOR = f"""articles.id IN (SELECT article_id FROM authors WHERE authors.name IN (
                    {_SPELLINGS.format(known=leaps.values("known", "authors", "authors.name"))}))"""  # noqa: S608 - our names


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on ``articles`` in SQL and the values of its parameters."""

    sql: str
    values: tuple[object, ...]


_OF_THEME = "articles.id IN (SELECT article_id FROM {themes} WHERE theme = ?)"
_HAS_THEME = "EXISTS (SELECT 1 FROM {themes} WHERE theme = ? AND article_id = articles.id)"


def where(query: Query, *, heads_only: bool = False, newest: bool = False) -> Where:
    """The condition that all filters of ``query`` together make; ``QueryError`` for a filter without meaning.

    ``heads_only`` leaves out copies as ``query.stories`` does, so that a story that ran in ten papers counts once.
    ``newest`` says that some of the newest are wanted, not all: the same condition, put so that SQLite finds these
    quickly.
    """
    parts: list[str] = []
    values: list[object] = []
    if query.text is not None:
        parts.append("articles.id IN (SELECT rowid FROM search WHERE search MATCH ?)")
        values.append(read(query.text).expression())
    if query.probability is not None and not query.themes:
        raise QueryError(f"the lowest probability {query.probability} needs a theme that it is the probability of")
    # Few of an outlet, a province or a period: each is looked up. All of a theme: they are listed, for to look up every
    # article of the corpus takes five times as long; but not for the newest, of which twenty are found at once.
    filtered = newest or any((query.province, query.source, query.since, query.until))
    for theme in query.themes:
        parts.append((_HAS_THEME if filtered else _OF_THEME).format(themes=themed(query)))
        values.append(theme)
    if query.by_hand:
        parts.append("EXISTS (SELECT 1 FROM taggings AS hand WHERE article_id = articles.id AND made_by GLOB 'hand:*')")
    if query.province is not None:
        parts.append(f"{PROVINCE_COLUMN[query.province_map]} = ?")
        values.append(province_named(query.province, query.province_map))
    if query.source is not None:
        parts.append("articles.source = ?")
        values.append(query.source)
    for name, condition in ((query.section, _IN_SECTION), (query.author, _OF_AUTHOR)):
        if name is not None:
            key, value = _spelled(name)
            parts.append(condition.format(key=key))
            values.append(value)
    if query.partner is not None:
        named, names = naming(query.partner)
        parts.append(named)
        values += names
    if query.language is not None:
        parts.append("articles.language = ?")
        values.append(line(query.language))
    if query.since is not None and query.until is not None and query.since > query.until:
        raise QueryError(f"since {query.since} is after until {query.until}: no day lies between them")
    # published_at begins with its day, and the indexes that give the newest first are ordered by it.
    if query.since is not None:
        parts.append("articles.published_at >= ?")
        values.append(query.since.isoformat())
    if query.until is not None:
        parts.append("articles.published_at < ?")
        values.append(f"{query.until.isoformat()}~")  # the sign ~ stands after every sign of a moment
    if heads_only or query.stories:
        parts.append("articles.id NOT IN (SELECT article_id FROM copies)")
    return Where(" AND ".join(parts) or NO_FILTER, tuple(values))


def themed(query: Query) -> str:
    """The relation (article_id, theme) of the themes that articles have in the eyes of ``query``, as SQL.

    With a lowest probability a model's theme counts from there on, whether the model gave it or not; what a person
    gave counts, what a person did not give does not.
    """
    if query.probability is None:
        return STANDING
    if not 0 <= query.probability <= 1:
        raise QueryError(f"the lowest probability is {query.probability}; it must lie between 0 and 1")
    return f"""(SELECT t.article_id, g.theme FROM current_taggings AS t JOIN tagging_themes AS g ON g.tagging_id = t.id
                WHERE iif(t.made_by GLOB 'hand:*', g.given > 0, g.probability >= {float(query.probability)!r}))"""  # noqa: S608


def limit(query: Query) -> int:
    """``query.limit`` as SQLite has it: -1 for all."""
    if query.limit is None:
        return -1
    if query.limit < 0:
        raise QueryError(f"the limit is {query.limit}; it must be 0 or more, or None for all")
    return query.limit


def _spelled(name: str) -> tuple[str, str]:
    """The SQL function (``corpus.database``) under which names are compared with ``name``, and its key: as in search,
    tones count where they are typed."""
    key = match_key if has_tones(name) else fold
    spelled = key(line(name))
    if not spelled:
        raise QueryError(f"{name!r} is no name of a section or an author")
    return key.__name__, spelled


def province_named(name: str, province_map: ProvinceMap) -> str:
    """The province that ``name`` means under a map, as the corpus spells it; ``QueryError`` if it is none."""
    known = canonical(name)
    if known is None:
        raise QueryError(f"{name!r} is not a province of Việt Nam, of the map of 63 or of 34")
    if province_map == "34":
        return map_34(known)
    if province_map == "63":
        # Before the merger, for a name that both maps have means its old part.
        return map_63(known, date.min) or known
    return known
