"""A home with a story that is to be forgotten, everything of it in every place where anything of a story can lie."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from corpus import findings, revisions
from corpus.agenda import Agenda, Found, Reading, Task, Trail
from corpus.nights import Finding, Night
from corpus.records import Article, Block, BlockKind, Page, Segmentation, Tagging
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from tests.made_articles import NIGHT, page_of, story

SLUG = "ba-xyzzyquaffle-o-thon-lung-hoa-9f3c2d1"
URL = f"https://baohagiang.vn/xa-hoi/202503/{SLUG}/"
OLD = f"https://baohagiang.vn/tin/{SLUG}.html"
COPY = "https://baodongthap.vn/xa-hoi/ban-in-lai-109011.html"
SECOND = "https://hagiangtv.vn/thoi-su/ban-in-lai-nua-88.html"
BESIDE = f"{URL}2/"
"""Another story, whose address begins like that of the story."""
SECRETS = ("quaffle", "wumblefix", SLUG)
"""What no other story says, as it stands in the bytes of a file: the ends of words, since an index packs beginnings."""

MORNING = NIGHT + timedelta(days=1)


def told() -> Article:
    """The story, as it stands today."""
    one = story(3, url=URL, title="Bà Xyzzyquaffle kể chuyện làng", authors=("Zorwumblefix",))
    return replace(one, blocks=(*one.blocks, Block(BlockKind.PARAGRAPH, "Bà Xyzzyquaffle hẹn mùa sau.")))


def page(article: Article, **changes: Any) -> Page:
    """A page of it, with all its text in the body."""
    body = f"<h1>{article.title}</h1><p>{article.text}</p><p>{', '.join(article.authors)}</p>".encode()
    return page_of(article, **{"body": body, **changes})


def make(home: Path) -> tuple[Path, Path]:
    """Fill ``home``; its corpus and its archive."""
    path, archive = home / "data" / "var" / "corpus.sqlite", home / "data" / "archive"
    with Corpus.open(path) as corpus, ArchiveWriter(archive) as writer:
        for n in range(3):
            _keep(corpus, writer, story(n))
        first = replace(told(), title="Bà Xyzzyquaffle nói", page_digest="sha256:" + "a" * 64)
        _keep(corpus, writer, first, requested_url=OLD)
        for n, (url, source) in enumerate(((COPY, "bao_dong_thap"), (SECOND, "ptth_ha_giang"))):
            copy = story(3, url=url, source=source, page_digest=f"sha256:{n:064x}", title=f"Bản in lại {n}")
            _keep(corpus, writer, copy)
        for n in range(4, 8):
            _keep(corpus, writer, story(n))
        _keep(corpus, writer, story(8, url=BESIDE))
        # The next day: another edition, and a look that found nothing new.
        again = replace(told(), fetched_at=MORNING)
        place = _keep(corpus, writer, again)
        writer.write_revisit(
            page(again, fetched_at=MORNING + timedelta(hours=6)),
            refers_to_url=URL,
            refers_to_date=MORNING,
            payload_digest=page(again).digest,
        )
        _keep(corpus, writer, story(9, fetched_at=MORNING))
        stored = corpus.article(URL)
        assert stored is not None
        assert len(corpus.revisions(stored.id)) == 2
        _opinions(corpus, stored.id)
        _around(corpus, stored.id, place)
    return path, archive


def _keep(corpus: Corpus, writer: ArchiveWriter, article: Article, **changes: Any) -> str:
    one = page(article, **changes)
    place = writer.write(one)
    article = replace(article, page_digest=one.digest)
    corpus.keep(article, page=one, place=place)
    return place.file


def _opinions(corpus: Corpus, number: int) -> None:
    said = ("Bà Xyzzyquaffle hẹn mùa sau.",)
    corpus.add_segmentation(number, Segmentation("underthesea 9.5.0", ("Bà Xyzzyquaffle hẹn mùa_sau .",)))
    scores = {"border": 0.9}
    corpus.add_tagging(number, Tagging("themes 1", ("border",), "border", scores, {"border": said}))
    corpus.add_tagging(number, Tagging("hand:lan", ("border",), "border", {}, {}))
    execute = corpus.connection.execute
    execute("INSERT INTO entities (id, kind, name) VALUES ('country:la', 'country', 'Lào')")
    execute("INSERT INTO namings VALUES (?, 'gazetteer 1', ?)", (number, NIGHT.isoformat()))
    execute("INSERT INTO mentions VALUES (?, 'country:la', 3, 6, 'name')", (number,))


def _around(corpus: Corpus, number: int, file: str) -> None:
    """What nights wrote about it."""
    agenda = Agenda(corpus.connection)
    agenda.find([Found(URL, "https://baohagiang.vn/rss"), Found(BESIDE, "https://baohagiang.vn/rss")], "x", NIGHT)
    agenda.write(Task(URL, "bao_ha_giang", NIGHT, "revisit", NIGHT, payload_digest="sha256:1"))
    shown = (story(1).url, URL, BESIDE)
    agenda.read(Reading("https://baohagiang.vn/rss", NIGHT, None, None, "r", shown), "bao_ha_giang")
    agenda.walked(Trail("https://baohagiang.vn/xa-hoi/", NIGHT.date(), 2, (URL, BESIDE)), "bao_ha_giang", NIGHT)
    sentence = f"{URL} met a fault of ours; {BESIDE} did not"
    corpus.record_night(
        Night("bao_ha_giang", NIGHT, MORNING, 3, 0, 3, 0, 0, {"timeout": 1}, 0, (sentence, "two of five"))
    )
    pages = [
        {"url": URL, "file": None, "offset": None, "length": None},
        {"url": story(9).url, **_place(corpus.connection, story(9).url)},
    ]
    evidence = {"now": 0.1, "pages": pages, "lines": ["Bà Xyzzyquaffle hẹn mùa sau.", "Đường dây nóng"]}
    findings.record(
        corpus.connection,
        "bao_ha_giang",
        NIGHT,
        [
            Finding("bao_ha_giang", "fault", "warning", sentence, {}),
            Finding("bao_ha_giang", "related_in_body", "warning", "“Bà Xyzzyquaffle kể chuyện làng”", evidence),
        ],
    )
    corpus.connection.execute(
        "INSERT INTO outcomes (url, source, kind, reason, detail, at) VALUES (?, 'x', 'rejected', 'offsite', ?, ?)",
        ("https://baohagiang.vn/khac/", f"https://baohagiang.vn/khac/: leads to {URL}", NIGHT.isoformat()),
    )
    assert file.endswith(".warc.gz")
    assert revisions.count(corpus.connection, number) == 1


def _place(connection: sqlite3.Connection, url: str) -> dict[str, Any]:
    row = connection.execute("SELECT file, offset, length FROM pages WHERE url = ?", (url,)).fetchone()
    return dict(zip(("file", "offset", "length"), row, strict=True))


def without_beside(said: bytes) -> bytes:
    """``said`` in lower case and without the address of the story beside, which stays."""
    return said.lower().replace(BESIDE.removeprefix("https://baohagiang.vn").encode(), b"")


def left_in(path: Path) -> Iterator[str]:
    """The secrets that stand in the bytes of the database, or of its write-ahead log."""
    for file in (path, path.with_name(path.name + "-wal")):
        if file.exists():
            said = without_beside(file.read_bytes())
            # Words in order are held in UTF-16, those that are no syllables by their letters.
            written = {secret: (secret.encode(), secret.encode("utf-16-le")) for secret in SECRETS}
            yield from (
                f"{secret} in {file.name}" for secret in SECRETS if any(map(said.__contains__, written[secret]))
            )


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and index, but for who asked to forget, and when."""
    connection = sqlite3.connect(path)
    try:
        tables = [
            name
            for (name,) in connection.execute(
                """SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'
                   AND name NOT LIKE 'sqlite_stat%'"""
            )
        ]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
        found["forgotten"] = [row[:4] for row in found["forgotten"]]
        found["words"] = connection.execute("SELECT * FROM search_docsize ORDER BY id").fetchall()
        return found
    finally:
        connection.close()
