"""``tintinh serve``: the port, the host, Datasette's own pages where they are asked for."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Corpus
from tests.command import tintinh
from tests.explored import Reader
from tests.made_articles import story
from tintinh.cli import run
from tintinh.explorer.server import bound, is_loopback


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(3):
            corpus.keep(story(n), page=None, place=None)
    return path


@pytest.fixture
def with_sql(corpus_path: Path) -> Iterator[Reader]:
    reader = Reader(corpus_path, open_sql=True)
    yield reader
    reader.close()


def test_it_says_where_it_is_and_answers_there_until_it_is_stopped(corpus_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tintinh", "serve", "--corpus", str(corpus_path), "--port", "0"],
        stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stderr is not None
        try:
            told = re.fullmatch(
                rf"tintinh: {re.escape(str(corpus_path))} is at (http://127\.0\.0\.1:\d+/) \(Ctrl-C stops it\)\n",
                server.stderr.readline(),
            )
            assert told is not None
            with urllib.request.urlopen(told[1] + "search.json") as answer:  # noqa: S310 - our own server
                assert json.load(answer)["total"] == 3
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0


def test_a_port_that_is_taken_and_a_corpus_that_is_not_there(corpus_path: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = tintinh("serve", "--corpus", corpus_path, "--port", port, home=tmp_path)
    assert done.code == 1
    assert f"127.0.0.1 port {port} cannot be had" in done.err
    done = tintinh("serve", "--corpus", tmp_path / "none.sqlite", home=tmp_path)
    assert done.code == 1
    assert "none.sqlite: there is no such corpus" in done.err
    assert not (tmp_path / "none.sqlite").exists()


def test_an_answer_does_not_wait_for_its_first_half_to_be_acknowledged() -> None:
    with bound("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_loopback_is_what_only_this_machine_reaches() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.4", "bao.example", "localhost.example")))  # noqa: S104


def test_the_help_of_the_command_does_not_wait_for_the_server() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, tintinh.cli; tintinh.cli.run(['--help']); tintinh.cli.run(['serve', '-h']);"
         "print([name for name in ('datasette', 'uvicorn', 'jinja2') if name in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.endswith("[]\n")


def test_without_datasette_it_says_what_to_install(
    corpus_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # None in sys.modules is what Python takes for "not installed".
    monkeypatch.delitem(sys.modules, "tintinh.explorer.server")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["serve", "--corpus", str(corpus_path)]) == 1
    assert "serve needs uvicorn, which is not installed: pip install 'tintinh[explorer]'" in capsys.readouterr().err


def test_datasettes_own_pages_are_there_when_asked_for_and_only_read(with_sql: Reader) -> None:
    answer = with_sql.get("/corpus/articles.json?_shape=array&_col=title")
    assert [row["title"] for row in answer.json()] == [story(n).title for n in range(3)]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    asked = with_sql.get("/corpus.json?sql=select+count(*)+as+n+from+articles&_shape=array")
    assert asked.json() == [{"n": 3}]
    for statement in (
        "delete from articles",
        "pragma journal_mode=delete",
        "attach '/tmp/x' as y",
        "vacuum into '/tmp/x'",
        "select length(randomblob(100000000))",
    ):
        assert with_sql.get("/corpus.json", params={"sql": statement}).status_code == 400
    assert with_sql.get("/corpus.db").status_code == 403
    assert with_sql.get("/_internal").status_code == 403
    assert with_sql.request("POST", "/corpus").status_code == 405
    with Corpus.open(with_sql.site.corpus, read_only=True) as corpus:
        assert corpus.stats().articles == 3


def test_a_query_of_datasettes_pages_ends_after_a_second(with_sql: Reader) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    answer = with_sql.get("/corpus.json", params={"sql": endless})
    assert answer.status_code == 400
    assert "interrupted" in answer.json()["title"].lower()
