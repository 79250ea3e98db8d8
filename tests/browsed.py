"""The explorer and the report in a real browser: Chromium of this machine, led by Playwright; nothing is downloaded.

``python -m tests.browsed serve …`` is the command, but a page has a minute instead of a second: on a loaded machine
these tests are not about time.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = (390, 1280)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PATIENCE = 60_000
"""Milliseconds for anything a browser waits for."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window; the test is skipped, with the reason, where it or Playwright is not installed."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: tintinh[browser]")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        # Without a sandbox: it needs rights that a container lacks, and only our own pages are shown.
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE)
        yield chromium
        chromium.close()


@dataclass
class Window:
    """A page, with all that it asked for and all that went wrong in it.

    ``asked`` are the addresses requested, ``wrong`` what the console called an error, what a script threw, and what
    opened a dialog.
    """

    page: Page
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def go(self, address: str, status: int = 200) -> None:
        """Open an address (relative to the window's base)."""
        told = len(self.wrong)
        answer = self.page.goto(address, wait_until="load")
        assert answer is None or answer.status == status, f"{address}: {answer.status} {answer.text()[:2_000]}"
        if status != 200:
            # Chromium writes the status of a page itself to the console.
            self.wrong[told:] = [line for line in self.wrong[told:] if f"status of {status}" not in line]

    def overflow(self) -> str:
        """How far the page is wider than the window, and by which elements; empty where it is not."""
        return str(self.page.evaluate(_OVERFLOW))

    def elsewhere(self, host: str) -> list[str]:
        """What was asked of any other host."""
        ours = ("data", "about", "blob")
        return [url for url in self.asked if urlsplit(url).scheme not in ours and urlsplit(url).netloc != host]


_OVERFLOW = """() => {
  const root = document.documentElement;
  const over = (e) => e.getBoundingClientRect().right > root.clientWidth + 1;
  const clipped = (e) => e.closest(".scroll, .unseen, .hidden");
  const wide = [...document.querySelectorAll("body *")].filter((e) => over(e) && !clipped(e));
  return root.scrollWidth <= root.clientWidth ? "" :
    `${root.scrollWidth} in ${root.clientWidth}: ${wide.slice(0, 6).map((e) => e.outerHTML.slice(0, 120)).join("\\n")}`;
}"""


@contextmanager
def window(chromium: Browser, base: str | None = None, width: int = 1280, **context: Any) -> Iterator[Window]:
    """A window of its own: no cookie, cache or scheme of another's."""
    with chromium.new_context(base_url=base, viewport={"width": width, "height": 900}, **context) as opened:
        opened.set_default_timeout(PATIENCE)
        page = opened.new_page()
        seen = Window(page)

        def dialog(found: Any) -> None:
            seen.wrong.append(f"dialog: {found.message}")
            found.dismiss()

        page.on("dialog", dialog)
        page.on("pageerror", lambda error: seen.wrong.append(f"script: {error}"))
        page.on("console", lambda told: seen.wrong.append(f"console: {told.text}") if told.type == "error" else None)
        opened.on("request", lambda request: seen.asked.append(request.url))
        opened.on("page", lambda other: seen.wrong.append("a window was opened") if other is not page else None)
        yield seen


def faults(page: Page) -> list[str]:
    """What axe-core calls a serious or critical fault of the page (bundled with its package; no download)."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = axe.Axe().run(page).response
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@contextmanager
def served(corpus: Path, archive: Path | None = None) -> Iterator[str]:
    """The address of ``tintinh serve`` on this corpus, on a free port, without the slash at its end."""
    command = [sys.executable, "-m", "tests.browsed", "serve", "--corpus", str(corpus), "--port", "0"]
    if archive is not None:
        command += ["--archive", str(archive)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TINTINH", "COV_"))}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            said = server.stderr.readline()
            told = re.search(r" is at (http://127\.0\.0\.1:\d+)/ ", said)
            assert told is not None, said + server.stderr.read()
            yield told[1]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)


def _patiently() -> None:
    from tintinh.explorer import site

    @dataclass(frozen=True)
    class Patient(site.Site):
        seconds: float = 60.0

    site.Site = Patient  # type: ignore[misc]
    from tintinh.cli import main

    main()


if __name__ == "__main__":
    _patiently()
