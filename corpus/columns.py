"""Articles as columns of Arrow: thousands of rows read and put together without an object for each article.

One statement reads the articles, with their text and lists made by SQLite, one their scores, which as JSON would lose
their last digits, and one what they name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa

from corpus.entities import named
from corpus.manifest import Tally
from corpus.records import BODY_KINDS, BlockKind


def schema() -> pa.Schema:
    """The columns of an exported article."""
    # A zone by name, for some readers know no offsets; Việt Nam is at +07:00 all year.
    text, texts, local = pa.string(), pa.list_(pa.string()), pa.timestamp("us", tz="Asia/Ho_Chi_Minh")
    return pa.schema(
        {
            "id": pa.int64(), "url": text, "source": text, "title": text, "lead": text, "body": text,
            "captions": texts, "authors": texts, "agency": text, "published_at": local, "published_day": pa.date32(),
            "published_precision": text, "published_from": text, "updated_at": local, "section": text, "tags": texts,
            "place": text, "province": text, "province_63": text, "province_34": text, "language": text,
            "themes": texts, "primary": text, "scores": pa.map_(text, pa.float64()), "tagged_by": text,
            "places": texts, "partners": texts,
            "copy_of": pa.int64(), "similarity": pa.float64(), "extractor": text, "extractor_version": text,
            "page_digest": text, "fetched_at": pa.timestamp("us", tz="UTC"),
        }
    )  # fmt: skip


_BODY = ", ".join(f"'{kind}'" for kind in sorted(BODY_KINDS))
# What is not a column of `articles` itself. Blocks, authors and tags are read by their keys, which end with their
# number, and so in order; a test holds it.
_MADE = {
    "id": "a.id",
    "body": f"""(SELECT group_concat(text, char(10)) FROM blocks
                 WHERE article_id = a.id AND kind IN ({_BODY}))""",  # noqa: S608 - names of ours
    "captions": f"""(SELECT json_group_array(text) FROM blocks
                     WHERE article_id = a.id AND kind = '{BlockKind.CAPTION}')""",  # noqa: S608
    "authors": "(SELECT json_group_array(name) FROM authors WHERE article_id = a.id)",
    "tags": "(SELECT json_group_array(tag) FROM article_tags WHERE article_id = a.id)",
    "themes": """iif(t.id IS NULL, NULL, (SELECT json_group_array(theme) FROM (
                    SELECT theme FROM tagging_themes WHERE tagging_id = t.id AND given > 0 ORDER BY given, theme)))""",
    "primary": "t.primary_theme",
    "tagged_by": "t.made_by",
    "copy_of": "copies.head_id",
    "similarity": "copies.similarity",
}
_LISTS = frozenset({"captions", "authors", "tags", "themes"})
_APART = frozenset({"scores", "places", "partners"})
_READ = [name for name in schema().names if name not in _APART]
# The tagging in use is that of the view current_taggings.
_ROWS = f"""
    SELECT {", ".join(_MADE.get(name, f"a.{name}") for name in _READ)}, t.id
    FROM json_each(?) AS some CROSS JOIN articles AS a ON a.id = some.value
    LEFT JOIN copies ON copies.article_id = a.id
    LEFT JOIN taggings AS t ON t.id = (
        SELECT id FROM taggings WHERE article_id = a.id ORDER BY made_by GLOB 'hand:*' DESC, id DESC LIMIT 1)
"""  # noqa: S608 - all names are ours
_SCORES = """
    SELECT some.key, theme, probability
    FROM json_each(?) AS some CROSS JOIN tagging_themes ON tagging_id = some.value WHERE probability IS NOT NULL
"""


def table(connection: sqlite3.Connection, ids: Sequence[int], tally: Tally) -> pa.Table:
    """The articles of these ids (some thousand), in their order, counted by ``tally``; without those that are gone.

    Lists are lists, moments are moments, paragraphs are joined by line breaks.
    """
    rows = connection.execute(_ROWS, (json.dumps(list(ids)),)).fetchall()
    wanted = schema()
    if not rows:
        return wanted.empty_table()
    *read, taggings = zip(*rows, strict=True)
    columns = dict(zip(_READ, read, strict=True))
    tally.count_columns(columns)
    made = {name: _column(values, wanted.field(name).type, name) for name, values in columns.items()}
    names = named(connection, ids)
    for name in ("places", "partners"):
        each = [getattr(names[one], name) if one in names else None for one in columns["id"]]
        made[name] = pa.array(each, wanted.field(name).type)
    made["scores"] = _scores(connection, taggings, wanted.field("scores").type)
    return pa.Table.from_arrays([made[name] for name in wanted.names], schema=wanted)


def _column(values: Sequence[Any], kind: pa.DataType, name: str) -> pa.Array:
    if name == "body":
        values = [text or "" for text in values]
    if name in _LISTS:
        # Read in one go: a list for each article by itself takes three times as long.
        return pa.array(json.loads(f"[{','.join('null' if one is None else one for one in values)}]"), kind)
    if pa.types.is_temporal(kind):
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)


def _scores(connection: sqlite3.Connection, taggings: Sequence[int | None], kind: pa.DataType) -> pa.Array:
    """For each tagging its probabilities by theme, in the order of the themes; null where there is no tagging."""
    rows = connection.execute(_SCORES, (json.dumps(taggings),)).fetchall()
    counts = [0] * len(taggings)
    for place, _, _ in rows:
        counts[place] += 1
    ends = accumulate(counts, initial=0)
    offsets = [None if tagging is None else end for tagging, end in zip((*taggings, 0), ends, strict=True)]
    _, themes, probabilities = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.MapArray.from_arrays(
        pa.array(offsets, pa.int32()),
        pa.array(themes, pa.string()),
        pa.array(probabilities, pa.float64()),
        kind,
    )
