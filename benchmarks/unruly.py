"""UnrulyPaper: outlets of made stories on this machine, behind a server that misbehaves by chance.

What goes wrong with an answer is drawn anew for each request: bytes that dribble, a connection that is reset or ends
early, gzip that is cut, lengths that lie, an empty page, 500, bursts of 429 and 503. A page asked for often enough is
answered as it should be. Some stories are gone for good (404), and from the middle of the run on the layout of half the
outlets changes to one that their source files do not know.
"""

from __future__ import annotations

import gzip
import random
import socket
import struct
import time
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

from benchmarks.local_paper import Handler, LocalPaper, source_toml
from benchmarks.made_paper import words

FAULTS = {
    "slow": 0.002,
    "reset": 0.01,
    "early_end": 0.01,
    "cut_gzip": 0.01,
    "long_length": 0.005,
    "short_length": 0.005,
    "empty": 0.005,
    "error_500": 0.01,
    "burst": 0.001,
}
"""What goes wrong, and how often in a request of a story."""
BURST = 5.0
"""Seconds for which an outlet refuses every request, once a burst has begun."""
GONE = 200
"""Every so-manieth story answers 404."""
_NEWEST = date(2025, 6, 1)


def source_of(outlet: int) -> str:
    """The id of an outlet by its number."""
    return f"bao_lung_{outlet}"


def host_of(outlet: int) -> str:
    """Its host."""
    return f"lung{outlet}.example"


def story(number: int) -> tuple[str, str, tuple[str, ...]]:
    """Title, lead and paragraphs of a story by its number, the same every time."""
    pick = random.Random(f"story {number}")  # noqa: S311 - no secret

    def text(count: int) -> str:
        return " ".join(pick.choices(_plain(), k=count)) + "."

    return f"Bài số {number} {text(9)}", text(30), tuple(text(45) for _ in range(6))


@cache
def _plain() -> tuple[str, ...]:
    """Words without signs: a sentence by chance may otherwise end as the credit of a photo does."""
    return tuple(word for word in words() if word.isalpha() and word.islower())


def page(number: int, *, changed: bool) -> bytes:
    """The story as a page of some 8 kB, in the layout of the source file or a ``changed`` one."""
    title, lead, body = story(number)
    day = f"08:30, {_NEWEST - timedelta(days=number // 400):%d/%m/%Y}"
    paragraphs = "".join(f"<p>{one}</p>" for one in body)
    menu = "".join(f"<li><a href='/muc-{n}/'>Chuyên mục {n}</a></li>" for n in range(40))
    head = (
        f"<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>{title}</title>"
        f"<meta property='og:type' content='article'></head><body><nav><ul>{menu}</ul></nav>"
    )
    if changed:
        story_of = (
            f"<article><h1>{title}</h1><time datetime='{day}'>{day}</time><h2 class='mo-dau'>{lead}</h2>"
            f"<div class='chi-tiet'>{paragraphs}</div></article>"
        )
    else:
        story_of = (
            f"<h1>{title}</h1><div class='ngay'>{day}</div><p class='sapo'>{lead}</p>"
            f"<div class='noi-dung'>{paragraphs}</div>"
        )
    return f"{head}{story_of}<footer>Tòa soạn</footer></body></html>".encode()


class UnrulyPaper(LocalPaper):
    """The running server: ``pages`` stories shared out among ``outlets``, faults drawn by ``seed``.

    ``answered`` counts the answers by fault, ``fine`` among them.
    """

    def __init__(self, pages: int, outlets: int, seed: int) -> None:
        self.pages, self.outlets = pages, outlets
        self.answered: Counter[str] = Counter()
        self._pick = random.Random(seed)  # noqa: S311 - no secret
        self._bursts: dict[str, float] = {}
        self._lock = Lock()
        super().__init__(self._handler())

    @property
    def connect_to(self) -> dict[str, str]:
        """Every host → where it is served."""
        return {host_of(outlet): self.url for outlet in range(self.outlets)}

    def address(self, number: int) -> str:
        """The address of a story."""
        return f"https://{host_of(number % self.outlets)}/tin/bai-{number}.html"

    @property
    def reachable(self) -> list[int]:
        """The stories that are not gone."""
        return [number for number in range(self.pages) if number % GONE]

    def write_sources(self, folder: Path) -> Path:
        """The source files of the outlets, in ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for outlet in range(self.outlets):
            name = source_of(outlet)
            (folder / f"{name}.toml").write_text(source_toml(name, f"Báo {name}", host_of(outlet)), encoding="utf-8")
        return folder

    def sitemap(self, host: str) -> bytes:
        """All stories of one outlet."""
        outlet = next(one for one in range(self.outlets) if host_of(one) == host)
        places = "".join(
            f"<url><loc>{self.address(number)}</loc></url>" for number in range(outlet, self.pages, self.outlets)
        )
        head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        return f"{head}{places}</urlset>".encode()

    def fault(self, host: str) -> str:
        """What goes wrong with the next answer of ``host``; ``fine`` where nothing does."""
        with self._lock:
            if self._bursts.get(host, 0.0) > time.monotonic():
                return "refused"
            name = self._pick.choices(["fine", *FAULTS], [1 - sum(FAULTS.values()), *FAULTS.values()])[0]
            if name == "burst":
                self._bursts[host] = time.monotonic() + BURST
                return "refused"
            return name

    def note(self, name: str) -> None:
        """Count an answer."""
        with self._lock:
            self.answered[name] += 1

    def changed(self, number: int) -> bool:
        """Whether the layout of this story's outlet has changed by now."""
        return number % self.outlets % 2 == 1 and self.answered.total() > self.pages // 2

    def _handler(self) -> type[Handler]:
        paper = self

        class Answers(Handler):
            def respond(self) -> None:
                name = self.path.removeprefix("/tin/bai-").removesuffix(".html")
                host = self.headers.get("Host", "").partition(":")[0]
                if self.path == "/sitemap.xml":
                    self._send(200, paper.sitemap(host), "text/xml")
                elif not name.isdigit() or int(name) % GONE == 0:
                    self._send(404, b"", "text/plain")
                else:
                    fault = paper.fault(host)
                    paper.note(fault)
                    self._tell(fault, page(int(name), changed=paper.changed(int(name))))

            def _tell(self, fault: str, body: bytes) -> None:
                if fault == "fine":
                    self._send(200, body)
                elif fault == "slow":
                    self._send(200, body, pieces=8)
                elif fault == "reset":
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self._send(200, body, sent=0.5)
                    self.connection.close()
                elif fault == "early_end":
                    self._send(200, body, sent=0.5)
                elif fault == "cut_gzip":
                    self._send(200, body, cut=0.5)
                elif fault == "long_length":
                    self._send(200, body, more=100)
                elif fault == "short_length":
                    self._send(200, body, more=-200)
                elif fault == "empty":
                    self._send(200, b"")
                elif fault == "error_500":
                    self._send(500, b"")
                else:
                    self._send(paper._pick.choice([429, 503]), b"", retry=1)

            def _send(
                self,
                status: int,
                body: bytes,
                kind: str = "text/html; charset=utf-8",
                *,
                sent: float = 1.0,
                cut: float = 1.0,
                more: int = 0,
                pieces: int = 1,
                retry: int | None = None,
            ) -> None:
                """Answer; ``cut`` is the share of the gzip that is there at all, ``sent`` the share of the answer."""
                packed = gzip.compress(body, 1, mtime=0)
                packed = packed[: int(len(packed) * cut)]
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(max(0, len(packed) + more)))
                if retry is not None:
                    self.send_header("Retry-After", str(retry))
                self.end_headers()
                rest = packed[: int(len(packed) * sent)]
                for start in range(0, len(rest), -(-len(rest) // pieces) or 1):
                    self.wfile.write(rest[start : start + -(-len(rest) // pieces)])
                    self.wfile.flush()
                    if pieces > 1:
                        time.sleep(0.2)
                self.close_connection = sent < 1 or more != 0

        return Answers
