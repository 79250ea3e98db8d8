"""A reader's first days with only the README and the docs: add an outlet, label ten stories, make a figure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlp.hand import hand_labels_at
from nlp.themes import load_themes, slugs
from tests.command import ROOT, tintinh
from tests.terminal import Terminal
from tests.test_docs import fenced
from tintinh.loopback import NewspaperProcess
from tintinh.settings import settings

OUTLET = "baodongthap.vn"


def label_ten(home: Path) -> None:
    with Terminal("label", "--as", "lan", "--limit", "10", home=home) as terminal:
        for number, theme in enumerate(("1", "3", "", "5", "", "4", "6", "", "1", "")):
            terminal.see(f"hand:lan: {number} now", "q quit")
            if theme:
                terminal.press(theme)
                terminal.see("[x]")
            terminal.press("\r")
        terminal.see("Nothing is left to label here.", "hand:lan: 10 now, 10 in all")
        terminal.press("q")
        assert terminal.ended() == 0


def figure_of_the_docs(corpus: Path, target: Path) -> None:
    """Run the code that docs/getting-started.md shows for a figure, on this corpus."""
    text = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    (code,) = [one for one in fenced(text, "python") if ".save(" in one]
    code = code.replace("data/var/demo/corpus.sqlite", str(corpus)).replace("border.svg", str(target))
    exec(compile(code, "docs/getting-started.md", "exec"), {})  # noqa: S102 - our own page


def test_a_reader_adds_an_outlet_labels_ten_stories_and_makes_a_figure(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    corpus = tmp_path / "data" / "var" / "corpus.sqlite"
    with NewspaperProcess(settings().stories) as paper:
        there = ("--connect-to", f"{OUTLET}=http://127.0.0.1:{paper.port}", "--delay", "0")
        new = tintinh("sources", "new", f"https://{OUTLET}/", *there, "--sources", sources, "--write", home=tmp_path)
        assert new.code == 0, new.err
        assert "no layout fits 1 of 8 articles" in new.err
        night = tintinh("night", "--sources-dir", sources, *there, "--json", home=tmp_path)
    # The outlet has two looks and the proposal knows one: docs/adding-a-source.md says what to make of it.
    assert night.code == 2, night.err
    assert re.search(r"warning: bao_dong_thap: the selectors did not fit \d+ of 23", night.err)
    assert night.err.count("more: tintinh health bao_dong_thap") == 1
    assert night.rows()[0]["stored"] == 23

    label_ten(tmp_path)
    # Training on them takes minutes (test_nlp_train has it, small): here, that it would read all ten.
    assert len(hand_labels_at(corpus, slugs(load_themes()))) == 10
    assert len(tintinh("search", "--hand", "--json", home=tmp_path).rows()) == 10

    figure_of_the_docs(corpus, tmp_path / "border.svg")
    assert (tmp_path / "border.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_figure_without_news_is_said_to_be_none(tmp_path: Path) -> None:
    pytest.importorskip("altair")
    (tmp_path / "rows.jsonl").write_text('{"title": "Tin", "text": "Một đoạn.", "date": "2025-03-01"}\n')
    assert tintinh("import", "rows.jsonl", home=tmp_path).code == 0
    done = tintinh("report", "--day", "2026-05-01", "--figures", "figures", home=tmp_path)
    assert done.code == 0, done.err
    assert "no figure: no story of that time is in the corpus" in done.err
    told = tintinh("report", "--day", "2025-03-01", "--figures", "figures", home=tmp_path)
    assert "figure: figures/days-vi.svg" in told.err
