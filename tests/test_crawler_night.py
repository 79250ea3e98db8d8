"""The end of a night: one source that fails takes no other's account with it; a broken source file is a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from corpus.store import Corpus
from tests.small_paper import TOML, running, write_source

CHECKOUT = Path(__file__).parents[1]


PROGRAM = """
import json, sys
from pathlib import Path
from crawler.errors import NightFailed
from crawler.night import crawl
from crawler.source import load_sources
folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
try:
    crawl(load_sources(folder).values(), settings)
except NightFailed as error:
    print(json.dumps({"failures": error.failures, "nights": [night.source for night in error.nights]}))
"""


def test_one_source_that_fails_leaves_the_others_their_nights(tmp_path: Path) -> None:
    folder = write_source(tmp_path / "sources")
    other = TOML.replace("bao_dong_suoi", "bao_thu_hai").replace("Báo Đồng Suối", "Báo Thứ Hai")
    (folder / "bao_thu_hai.toml").write_text(other, encoding="utf-8")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON nights WHEN NEW.source = 'bao_thu_hai'"
            " BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
        )
    with running() as paper:
        settings = {
            "CONNECT_TO": paper.connect_to,
            "DOWNLOAD_DELAY": 0,
            "RETRY_TIMES": 0,
            "LOG_LEVEL": "ERROR",
            "ARCHIVE_DIR": str(tmp_path / "archive"),
            "CORPUS_PATH": str(tmp_path / "corpus.sqlite"),
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROGRAM, str(folder), json.dumps(settings)],
            cwd=CHECKOUT,
            capture_output=True,
            encoding="utf-8",
            timeout=90,
            check=False,
        )
    told = json.loads(done.stdout)
    assert told["nights"] == ["bao_dong_suoi"]
    (failure,) = told["failures"]
    assert failure == "bao_thu_hai: the crawl ended without an account of its night; the log says why"
    assert "the account of bao_thu_hai could not be written: no room for it" in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_shows_a_broken_source_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bao_la.toml").write_text("id = \n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "list", "-s", f"SOURCES_DIR={tmp_path}"],
        cwd=CHECKOUT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert "bao_la.toml: is not TOML" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
