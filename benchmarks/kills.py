"""Is a night that was killed and run again an unbroken night? ``python -m benchmarks.kills [--kills 100] [--seed 0]``.

A rehearsed ``tintinh night`` at the loopback newspaper is killed with SIGKILL again and again and run again, until it
comes to its end; then its corpus is compared, field by field, with that of a night nobody disturbed, and its archive is
verified. Some kills come at a moment by chance (after so many requests, or so much time), the others at the places
named in ``benchmarks.doomed``: between archive and corpus, in the middle of a record, inside the transactions. A new
folder is begun whenever a night ends, until there were kills enough. Exit code 1 on any difference.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from benchmarks.doomed import PLACES, code_of, started
from corpus.records import VIETNAM
from corpus.store import Corpus
from tintinh.loopback import LoopbackNewspaper
from tintinh.loopback.outlets import OUTLETS

LEFT_BY_A_KILL = {"cut", "no_row"}
"""What ``tintinh archive verify`` may find: docs/operations.md names both as left by a kill."""

# What two nights cannot share: when and by which row, where in the archive, and in which order.
_OWN = {"id", "article_id", "page_id", "tagging_id", "head_id", "fetched_at", "at", "tries", "file", "offset", "length"}
_OF_ARTICLES = ("blocks", "authors", "article_tags", "breadcrumbs", "pictures", "readers", "segmentations", "taggings")


_LATE = {"segmented", "tagged", "accounted", "reported"}
# Late places come once in a night, when all is stored, and a start that is not killed ends its folder: fewer of them.
_HOW = [("requests", 4.0), ("time", 1.0), *((place, 0.1 if place in _LATE else 1.0) for place in PLACES)]


@dataclass
class Tally:
    """What happened so far: kills by where they struck, and what was found in the corpora that came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    folders: int = 0
    articles: int = 0
    other_heads: int = 0
    left: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        """All kills."""
        return self.kills.total()


def _rows(connection: sqlite3.Connection, statement: str) -> list[dict[str, Any]]:
    connection.row_factory = sqlite3.Row
    return [dict(row) for row in connection.execute(statement)]


def holdings(path: Path) -> dict[str, dict[str, Any]]:
    """All that a corpus holds, by address: ``articles`` with all that hangs on them, ``outcomes``, ``addresses``.

    ``copy_of`` of an article is the group of near-duplicates it is in: which of them was stored first, and so is the
    head, is a matter of the order in which outlets answered.
    """
    with closing(sqlite3.connect(path)) as connection:
        by_id = {row["id"]: row for row in _rows(connection, "SELECT * FROM articles")}
        url_of = {number: row["url"] for number, row in by_id.items()}
        pages = {row["id"]: row for row in _rows(connection, "SELECT * FROM pages")}
        articles = {row["url"]: {**_shared(row), "page": _shared(pages[row["page_id"]])} for row in by_id.values()}
        for table in _OF_ARTICLES:
            for row in _rows(connection, f"SELECT * FROM {table} ORDER BY article_id, 2, 3"):  # noqa: S608 - named above
                articles[url_of[row["article_id"]]].setdefault(table, []).append(_shared(row))
        for row in _rows(connection, "SELECT * FROM current_themes ORDER BY article_id, given, theme"):
            articles[url_of[row["article_id"]]].setdefault("themes", []).append(_shared(row))
        heads = {row["article_id"]: row["head_id"] for row in _rows(connection, "SELECT * FROM copies")}
        for number, url in url_of.items():
            head = heads.get(number, number)
            group = {head, *(one for one, other in heads.items() if other == head)}
            articles[url]["copy_of"] = sorted(url_of[one] for one in group)
        outcomes = {
            row["url"]: {**_shared(row), "article": url_of.get(row["article_id"])}
            for row in _rows(connection, "SELECT * FROM outcomes")
        }
        addresses = {row["url"]: (row["source"], row["task"]) for row in _rows(connection, "SELECT * FROM addresses")}
        assert len(articles) == len(by_id), "an address is stored twice"  # noqa: S101 - the schema forbids it
        return {"articles": articles, "outcomes": outcomes, "addresses": addresses}


def _shared(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OWN}


def heads(path: Path) -> set[str]:
    """The addresses of the articles that others are copies of."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            url for (url,) in connection.execute("SELECT url FROM articles WHERE id IN (SELECT head_id FROM copies)")
        }


def differences(whole: dict[str, dict[str, Any]], broken: dict[str, dict[str, Any]]) -> list[str]:
    """A sentence for everything in which ``broken`` is not ``whole``."""
    found = []
    for name, expected in whole.items():
        got = broken[name]
        found += [f"{name}: {url} is missing" for url in sorted(expected.keys() - got.keys())]
        found += [f"{name}: {url} is one too many" for url in sorted(got.keys() - expected.keys())]
        for url in sorted(expected.keys() & got.keys()):
            one, other = expected[url], got[url]
            if one != other:
                parts = (
                    [key for key in {**one, **other} if one.get(key) != other.get(key)] if isinstance(one, dict) else []
                )
                shown = parts[0] if parts else None
                pair = (one.get(shown), other.get(shown)) if shown else (one, other)
                found.append(f"{name}: {url} differs in {', '.join(parts) or 'its task'}: {pair[0]!r}, not {pair[1]!r}")
    return found


class Rehearsal:
    """Nights of ``outlets`` at ``paper`` under ``root``, killed by the chance of ``seed``; ``tell`` prints a line."""

    def __init__(
        self, root: Path, paper: LoopbackNewspaper, outlets: Sequence[str], seed: int, tell: Callable[[str], None]
    ) -> None:
        self._root = root
        self._paper = paper
        mapped = [part for host, url in paper.connect_to.items() for part in ("--connect-to", f"{host}={url}")]
        self._words = ["night", "--sources", ",".join(outlets), *mapped, "--delay", "0", "--json"]
        self._pick = random.Random(seed)  # noqa: S311 - to kill by
        self._tell = tell
        self.tally = Tally()
        home = self._home("whole")
        code_of(home, "--version")  # which waits for the server of processes to begin, so that the next line does not
        begun = time.monotonic()
        self._finish(home)
        self._seconds = time.monotonic() - begun
        self._whole = holdings(_corpus(home))
        self._heads = heads(_corpus(home))
        self._stand(home, kills=0)

    def run(self, kills: int, plan: Iterable[tuple[str, int]] = ()) -> Tally:
        """Kill and start again until there were ``kills`` kills, and the last night has come to its end.

        The first kills are those of ``plan``: a place of ``benchmarks.doomed`` and the how-manieth time.
        """
        tally = self.tally
        planned = iter(plan)
        while tally.killed < kills:
            home = self._home(f"broken-{tally.folders}")
            before = tally.killed
            while tally.killed < kills and self._killed(home, next(planned, None)):
                continue
            self._finish(home)
            self._stand(home, kills=tally.killed - before)
        return tally

    def _home(self, name: str) -> Path:
        home = self._root / name
        home.mkdir()
        return home

    def _finish(self, home: Path) -> None:
        self.tally.starts += 1
        code = code_of(home, *self._words)
        if code not in {0, 2}:
            said = (home / "err").read_text(encoding="utf-8")
            raise click.ClickException(f"{home.name}: a night nobody killed ended with {code}: {said}")

    def _killed(self, home: Path, planned: tuple[str, int] | None) -> bool:
        """Whether one more start was killed before it came to its end."""
        self.tally.starts += 1
        how = self._pick.choices([name for name, _ in _HOW], [weight for _, weight in _HOW])[0]
        if planned is None and how not in PLACES:
            return self._killed_by_chance(home, how)
        place, count = planned or (how, 1 if how in _LATE else self._pick.randint(1, 6))
        process = started(home, self._words, place, count)
        process.join()
        return self._note(home, process.exitcode, place)

    def _killed_by_chance(self, home: Path, how: str) -> bool:
        process = started(home, self._words)
        if how == "requests":
            until = len(self._paper.requests) + self._pick.randint(1, 30)
            while process.is_alive() and len(self._paper.requests) < until:
                time.sleep(0.001)
            time.sleep(self._pick.uniform(0, 0.04))
        else:
            process.join(self._pick.uniform(0, self._seconds / 2))
        process.kill()
        process.join()
        return self._note(home, process.exitcode, how)

    def _note(self, home: Path, code: int | None, how: str) -> bool:
        if code not in {-9, 0, 2}:
            said = (home / "err").read_text(encoding="utf-8")
            self.tally.differences.append(f"{home.name}: a start ended with {code}: {said}")
        self.tally.kills[how] += code == -9
        return code == -9

    def _stand(self, home: Path, kills: int) -> None:
        """Compare a corpus whose night came to its end, verify its archive, and read that again."""
        wrong = self._compared(home)
        left = self._left(home)
        wrong += [str(one) for one in left if one["kind"] not in LEFT_BY_A_KILL]
        if len(left) > kills * len(OUTLETS):
            wrong.append(f"{len(left)} findings in the archive, but there were only {kills} kills")
        if any(one["kind"] == "no_row" for one in left):
            # "tintinh replay brings it in", says verify; and no article may come of it that was not there.
            code = code_of(home, "replay", "--yes")
            rest = [one for one in self._left(home) if one["kind"] != "cut"]
            wrong += [f"after replay, which ended with {code}: {one}" for one in rest] + self._compared(home)
            wrong += [f"replay ended with {code}"] if code else []
        tally = self.tally
        tally.folders += 1
        tally.articles += len(self._whole["articles"])
        tally.other_heads += heads(_corpus(home)) != self._heads
        tally.left.update(one["kind"] for one in left)
        tally.differences += [f"{home.name}: {one}" for one in wrong]
        said = ", ".join(f"{kind} {count}" for kind, count in Counter(one["kind"] for one in left).items()) or "nothing"
        self._tell(f"{home.name}: {kills} kills, left in the archive: {said}; {len(wrong)} differences")

    def _compared(self, home: Path) -> list[str]:
        with Corpus.open(_corpus(home), read_only=True) as corpus:
            wrong = [f"check: {fault}" for fault in corpus.check()]
            wrong += [
                f"{one.article.url} has {len(corpus.revisions(one.id))} editions"
                for one in corpus.articles()
                if len(corpus.revisions(one.id)) != 1
            ]
        return wrong + differences(self._whole, holdings(_corpus(home)))

    def _left(self, home: Path) -> list[dict[str, Any]]:
        code = code_of(home, "archive", "verify", "--json")
        found = [json.loads(row) for row in (home / "out").read_text(encoding="utf-8").splitlines()]
        if code != (2 if found else 0):
            found.append({"kind": f"exit code {code}", "said": (home / "err").read_text(encoding="utf-8")})
        return found


def _corpus(home: Path) -> Path:
    return home / "data" / "var" / "corpus.sqlite"


@click.command()
@click.option("--kills", default=100, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep corpora and archives here.")
def main(kills: int, seed: int, keep: Path | None) -> None:
    """Kill nights, run them again, and compare what comes of it with an unbroken night."""
    begun = time.monotonic()
    with TemporaryDirectory() as scratch, LoopbackNewspaper(today=datetime.now(VIETNAM).date()) as paper:
        root = keep or Path(scratch)
        root.mkdir(parents=True, exist_ok=True)
        tally = Rehearsal(root, paper, tuple(OUTLETS), seed, lambda line: click.echo(line, err=True)).run(kills)
    where = ", ".join(f"{place} {count}" for place, count in tally.kills.most_common())
    left = ", ".join(f"{kind} {count}" for kind, count in tally.left.items()) or "nothing"
    click.echo(f"kills     {tally.killed} ({where})")
    click.echo(f"starts    {tally.starts} in {tally.folders} folders, {time.monotonic() - begun:.0f} s")
    click.echo(
        f"articles  {tally.articles} compared, field by field; another head of copies in {tally.other_heads} folders"
    )
    click.echo(f"archive   left by the kills: {left}")
    for one in tally.differences:
        click.echo(f"DIFFERS   {one}")
    click.echo(
        "verdict   " + (f"{len(tally.differences)} differences" if tally.differences else "the same as unbroken")
    )
    sys.exit(1 if tally.differences else 0)


if __name__ == "__main__":
    main()
