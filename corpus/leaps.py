"""The values of a column, found by leaping through an index from one to the next: a step for each, whatever the rows.

``SELECT DISTINCT`` reads a whole index for it, a second and more at a million articles.
"""

from __future__ import annotations


def values(relation: str, table: str, column: str, condition: str = "TRUE") -> str:
    """The common table expression ``relation (name)``, for ``WITH RECURSIVE``: each value of ``column`` once, in order,
    and NULL at the end, whether the table has it or not.

    There must be an index on ``column``, or on the columns that ``condition`` fixes and then ``column``.
    """
    return f"""{relation} (name) AS (
        SELECT min({column}) FROM {table} WHERE {condition}
        UNION ALL
        SELECT (SELECT min({column}) FROM {table} WHERE {condition} AND {column} > {relation}.name) FROM {relation}
        WHERE {relation}.name IS NOT NULL
    )"""  # noqa: S608 - our names
