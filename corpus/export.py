"""The corpus out: CSV for a spreadsheet, JSON Lines with everything, a pandas frame. Nothing is held in memory.

CSV is RFC 4180 in plain UTF-8, without a byte order mark, for pandas, R and LibreOffice read it as it is (Excel: *Data,
From Text/CSV*). A cell of text that a spreadsheet would run as a formula (it begins with ``=``, ``+``, ``-``, ``@``, a
tab or a line end) is written with an apostrophe before it; one that already begins with apostrophes before such a
sign gets one more, so that ``unguarded`` gives back exactly what was there.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from corpus.rows import StoredArticle
from corpus.search import Hit

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # the full-width signs: some spreadsheets take them too


def guarded(text: str) -> str:
    """``text`` as a CSV cell that no spreadsheet runs as a formula."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that ``guarded`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def flat(stored: StoredArticle) -> dict[str, Any]:
    """An article as one row: lists joined by ``; ``, the body by line breaks, themes of the tagging in use."""
    article, tagging = stored.article, stored.tagging
    return {
        "id": stored.id,
        "url": article.url,
        "source": article.source,
        "title": article.title,
        "lead": article.lead,
        "body": "\n".join(article.body),
        "captions": "\n".join(article.captions),
        "authors": "; ".join(article.authors),
        "agency": article.agency,
        "published_at": _moment(article.published_at),
        "published_precision": article.published_precision,
        "published_from": article.published_from,
        "updated_at": _moment(article.updated_at),
        "breadcrumb": " > ".join(article.breadcrumb),
        "section": article.section,
        "tags": "; ".join(article.tags),
        "place": article.place,
        "province": article.province,
        "province_63": stored.province_63,
        "province_34": stored.province_34,
        "pictures": "\n".join(picture.url for picture in article.pictures),
        "language": article.language,
        "themes": "; ".join(tagging.themes) if tagging else None,
        "primary": tagging.primary if tagging else None,
        "tagged_by": tagging.by if tagging else None,
        "places": "; ".join(stored.named.places) if stored.named else None,
        "partners": "; ".join(stored.named.partners) if stored.named else None,
        "copy_of": stored.copy_of,
        "similarity": stored.similarity,
        "extractor": article.extractor,
        "extractor_version": article.extractor_version,
        "readers": "; ".join(f"{name}={reader}" for name, reader in sorted(article.readers.items())),
        "page_digest": article.page_digest,
        "fetched_at": _moment(article.fetched_at),
    }


def full(stored: StoredArticle) -> dict[str, Any]:
    """Everything that is known of an article, as JSON has it: every block, every tagging with scores and evidence."""
    record = asdict(stored.article)
    record["published_at"] = _moment(stored.article.published_at)
    record["fetched_at"] = _moment(stored.article.fetched_at)
    record["updated_at"] = _moment(stored.article.updated_at)
    return {
        "id": stored.id,
        **record,
        "province_63": stored.province_63,
        "province_34": stored.province_34,
        "copy_of": stored.copy_of,
        "similarity": stored.similarity,
        "taggings": [asdict(tagging) for tagging in stored.taggings],
        "places": list(stored.named.places) if stored.named else None,
        "partners": list(stored.named.partners) if stored.named else None,
    }


_COLUMNS = (
    "id", "url", "source", "title", "lead", "body", "captions", "authors", "agency", "published_at",
    "published_precision", "published_from", "updated_at", "breadcrumb", "section", "tags", "place", "province",
    "province_63", "province_34", "pictures", "language", "themes", "primary", "tagged_by", "places", "partners",
    "copy_of", "similarity", "extractor", "extractor_version", "readers", "page_digest", "fetched_at",
)  # fmt: skip


def write_csv(articles: Iterable[StoredArticle], out: TextIO) -> int:
    """Write articles as CSV with a header line; how many there were.

    ``out`` must be opened with ``newline=""``, for the line ends are CR LF and texts hold line breaks of their own.
    """
    return write_table(map(flat, articles), _COLUMNS, out)


def write_table(rows: Iterable[dict[str, Any]], columns: Iterable[str], out: TextIO) -> int:
    """Write any rows as CSV, every text cell guarded against formulas; how many there were. None is an empty cell."""
    writer = csv.DictWriter(out, list(columns))
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({name: guarded(value) if isinstance(value, str) else value for name, value in row.items()})
        count += 1
    return count


def write_jsonl(articles: Iterable[StoredArticle], out: TextIO) -> int:
    """Write articles as JSON Lines with everything (see ``full``); how many there were."""
    count = 0
    for stored in articles:
        out.write(json.dumps(full(stored), ensure_ascii=False) + "\n")
        count += 1
    return count


def to_frame(records: Iterable[Any]) -> pd.DataFrame:
    """A pandas frame of articles (columns as in the CSV, dates as dates), hits, trend rows or other flat records.

    ``published_at`` and ``updated_at`` become columns of moments at +07:00, empty where there is none.
    """
    import pandas as pd

    records = list(records)
    if records and not is_dataclass(records[0]):
        raise TypeError(f"a frame is made of records such as StoredArticle, Hit or TrendRow, not {type(records[0])}")
    if all(isinstance(record, StoredArticle) for record in records) and records:
        frame = pd.DataFrame([flat(record) for record in records])
    else:
        frame = pd.DataFrame([_shallow(record) for record in records])
    for name in {"published_at", "updated_at"} & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert("+07:00")
    return frame


def _shallow(record: Any) -> dict[str, Any]:
    row = {field.name: getattr(record, field.name) for field in fields(record)}
    if isinstance(record, Hit):
        row["snippet"] = record.snippet.text
        row["themes"] = "; ".join(record.themes)
    return row
