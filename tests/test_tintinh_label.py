"""Labelling at a terminal, key by key: what is saved, what is taken back, what a kill loses."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path

import pytest

from corpus.records import Article, Tagging
from corpus.store import Corpus
from nlp.themes import THEMES
from tests.command import tintinh
from tests.made_articles import paragraph_blocks, sentences, story
from tests.terminal import Terminal
from tintinh.commands.opinions import annotate, tagger_at

BY = "hand:lan"
# Title and first paragraph of each story; the second is some made-up news of no theme, so that none is a copy.
STORIES = (
    ("Đồn biên phòng Khe Sậy tuần tra chung", "Hai đồn tuần tra đoạn biên giới, kiểm tra bảy cột mốc trong mưa."),
    ("Bản Nà Lúa đón nghìn lượt khách", "Du khách đổ về bản dịp lễ, nhà nghỉ kín phòng, tỉnh mở tuyến du lịch mới."),
    ("Xã Cốc Mận nhận hồ sơ trực tuyến", "Xã chuyển đổi số từ bộ phận một cửa, trả kết quả trong ba giờ."),
    ("Lúa chín sớm ở Gò Me", "Bà con huy động mười máy gặt, thóc bán tại ruộng được giá."),
    ("Tập huấn thông tin đối ngoại ở Láng Tre", "Chín mươi học viên dự lớp bồi dưỡng thông tin đối ngoại."),
    (
        "Lễ hội hoa Đá Bạc mời khách xa",
        "Lễ hội giới thiệu nghề dệt, món ăn và nếp nhà của người vùng cao với du khách.",
    ),
)


def articles() -> list[Article]:
    """Six stories of two outlets, and a seventh that is the first one again under another title."""
    made = [
        story(
            n,
            title=title,
            lead=None,
            blocks=paragraph_blocks(text, *sentences(n, 4)),
            source=("bao_ha_giang", "bao_lang_son")[n % 2],
            authors=(),
        )
        for n, (title, text) in enumerate(STORIES)
    ]
    again = story(9, title="Tuần tra chung ở Khe Sậy", lead=None, blocks=made[0].blocks, source="bao_lang_son")
    return [*made, again]


def build(path: Path) -> None:
    """The stories as a tagged corpus at ``path``."""
    with Corpus.open(path) as corpus:
        for article in articles():
            corpus.keep(article, page=None, place=None)
        annotate(corpus, tagger_at(None))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "corpus.sqlite"
    build(path)
    return path


@pytest.fixture
def corpus(built: Path, tmp_path: Path) -> Path:
    shutil.copy(built, tmp_path / "corpus.sqlite")
    return tmp_path / "corpus.sqlite"


def sitting(corpus: Path, *options: str, name: str = "lan", **more: str) -> Terminal:
    return Terminal("label", "--as", name, "--corpus", corpus, *options, home=corpus.parent, **more)


def labels(path: Path, by: str = BY) -> dict[int, Tagging]:
    """What ``by`` has labelled, by article; the corpus is sound."""
    with Corpus.open(path, read_only=True) as corpus:
        assert corpus.check() == []
        found = [(stored.id, tagging) for stored in corpus.articles() for tagging in stored.taggings]
    mine = [(article_id, tagging) for article_id, tagging in found if tagging.by == by]
    assert len(mine) == len(dict(mine)), "a label is there twice"
    return dict(mine)


def shown(screen: str) -> int:
    """The number of the article on the screen."""
    titles = [article.title for article in articles()]
    return titles.index(screen.lstrip("\n").splitlines()[0]) + 1


def test_labels_undo_quit_and_resume(corpus: Path) -> None:
    with sitting(corpus) as terminal:
        first = shown(terminal.see("Enter save", "0 now, 0 in all"))
        terminal.press("14")
        terminal.see("1 [x]*Biên giới", "4 [x] Quảng bá du lịch")
        terminal.press("p")
        terminal.see("1 [x] Biên giới", "4 [x]*Quảng bá du lịch")
        terminal.press("\r")
        second = shown(terminal.see("1 now, 1 in all. Saved: border, tourism_promotion."))
        assert labels(corpus) == {first: Tagging(BY, ("border", "tourism_promotion"), "tourism_promotion")}, "at once"

        terminal.press("u")
        assert shown(terminal.see("4 [x]*Quảng bá du lịch", "0 in all. Withdrawn")) == first
        assert labels(corpus) == {}
        terminal.press("4\r")
        assert shown(terminal.see("1 now, 1 in all. Saved: border.")) == second
        terminal.press("\r")
        third = shown(terminal.see("2 now, 2 in all. Saved: no theme."))
        terminal.press("1")
        terminal.see("1 [x]*")
        terminal.press("q")
        assert terminal.ended() == 0
        assert "2 labels by hand:lan in this sitting, 2 in " in terminal.screen
    kept = {first: Tagging(BY, ("border",), "border"), second: Tagging(BY, (), None)}
    assert labels(corpus) == kept

    with sitting(corpus) as terminal:
        assert shown(terminal.see("0 now, 2 in all", "1 [ ]")) == third, "the one under way, with nothing chosen"
        terminal.press("uu")
        assert shown(terminal.see("0 now, 0 in all. Withdrawn", "1 [x]*")) == first, "labels of another day, too"
        terminal.press("\r")
        assert shown(terminal.see("1 in all. Saved: border")) == second
        terminal.press("\r")
        assert shown(terminal.see("2 in all. Saved: no theme")) == third
        terminal.press("\x03")
        assert terminal.ended() == 0, "Ctrl-C is quit"
    assert labels(corpus) == kept


def test_a_kill_loses_the_label_under_way_and_nothing_else(corpus: Path) -> None:
    done: list[int] = []
    for turn in range(3):
        with sitting(corpus) as terminal:
            screen = terminal.see(f"0 now, {turn} in all")
            assert shown(screen) not in done
            done.append(shown(screen))
            terminal.press("c\r")
            under_way = shown(terminal.see(f"1 now, {turn + 1} in all"))
            terminal.press("12p")
            terminal.see("2 [x]*")
            terminal.process.send_signal(signal.SIGKILL)
            assert terminal.ended() == -signal.SIGKILL
        assert labels(corpus) == dict.fromkeys(done, Tagging(BY, ("digital_media",), "digital_media"))
    with sitting(corpus) as terminal:
        assert shown(terminal.see("0 now, 3 in all", "1 [ ]", "2 [ ]")) == under_way


def test_no_story_comes_twice_and_the_end_is_said(corpus: Path) -> None:
    seen = []
    with sitting(corpus) as terminal:
        for n in range(6):
            seen.append(shown(terminal.see(f"{n} now")))
            terminal.press("\r")
        terminal.see("Nothing is left to label here.", "6 now, 6 in all")
        terminal.press("u")
        assert shown(terminal.see("5 now, 5 in all. Withdrawn")) == seen[-1]
        terminal.press("\r")
        terminal.see("Nothing is left")
        terminal.press("q")
        assert terminal.ended() == 0
    assert len(set(seen)) == 6
    assert not {1, 7} <= set(seen), "7 is a copy of 1"
    outlets = ["AB"[(number - 1) % 2] for number in seen if number != 7]
    assert {"A", "B"} <= set(outlets[:3]), "both outlets have their turn"


def test_skip_limit_source_and_theme(corpus: Path) -> None:
    with sitting(corpus, "--source", "bao_ha_giang", "--theme", "border", "--limit", "1") as terminal:
        first = shown(terminal.see("0 now", "?"))
        terminal.press("s")
        second = shown(terminal.see("0 now, 0 in all"))
        assert second != first
        assert {first, second} <= {1, 3, 5}
        terminal.press("Z")
        terminal.see("'Z' is no key here")
        terminal.press("\r")
        terminal.see("Nothing is left", "1 now")
        terminal.press("\r")
        assert terminal.ended() == 0
    assert list(labels(corpus)) == [second]


def test_pages_help_and_a_narrow_window(corpus: Path) -> None:
    with sitting(corpus) as terminal:
        assert "“" not in terminal.see("space turns the page"), "the evidence stands below the text"
        terminal.press("  ")
        terminal.see("themes 2026-", "“")
        terminal.press("\x1b[5~bb")
        terminal.see("lines 1–")
        terminal.press("?")
        assert "Land border" not in terminal.see("1  Biên giới (border)", "About: ", "Not: ")
        terminal.press("\x1b")
        terminal.see("Enter save")
        terminal.resize(30, 60)
        screen = terminal.see("Enter save", "c [ ] Chuyển đổi số")
        lines = screen.split("\n")
        assert len(lines) == 30
        assert max(map(len, lines)) <= 60
        assert screen.count("[ ]") == 12, "one theme a line"
        terminal.press("\x04")
        assert terminal.ended() == 0


def test_after_a_stop_the_terminal_listens_to_single_keys_again(corpus: Path) -> None:
    with sitting(corpus) as terminal:
        terminal.see("Enter save")
        terminal.process.send_signal(signal.SIGSTOP)
        terminal.line_by_line()
        terminal.forget()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.see("Enter save", "1 [ ]")
        terminal.press("1")
        terminal.see("1 [x]*")
        terminal.press("q")
        assert terminal.ended() == 0


def test_enter_before_anything_was_shown_labels_nothing(corpus: Path) -> None:
    with sitting(corpus) as terminal:
        terminal.press("\r\r")
        terminal.see("0 now, 0 in all")
        terminal.press("q")
        assert terminal.ended() == 0
    assert labels(corpus) == {}


def test_a_terminal_that_knows_no_codes(corpus: Path) -> None:
    with sitting(corpus, TERM="dumb") as terminal:
        terminal.see("Enter save")
        terminal.press("q")
        assert terminal.ended() == 0
        assert b"\x1b" not in terminal.printed


def test_an_article_withdrawn_meanwhile_is_said_and_passed_over(corpus: Path) -> None:
    with sitting(corpus) as terminal:
        gone = shown(terminal.see("0 now"))
        with Corpus.open(corpus) as other:
            other.connection.execute("UPDATE outcomes SET article_id = NULL WHERE article_id = ?", (gone,))
            other.connection.execute("DELETE FROM copies WHERE ? IN (head_id, article_id)", (gone,))
            other.connection.execute("DELETE FROM articles WHERE id = ?", (gone,))
        terminal.press("1\r")
        assert shown(terminal.see("0 now", f"Not saved: article {gone} is not in the corpus", "1 [x]*")) == gone
        terminal.press("s")
        after = shown(terminal.see("0 now, 0 in all", "1 [ ]"))
        assert after != gone


def test_a_third_person_decides_where_two_differ(corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        for article_id, lan, minh in ((1, "border", "border"), (2, "border", "training"), (3, "training", None)):
            opened.add_tagging(article_id, Tagging(BY, (lan,), lan))
            if minh:
                opened.add_tagging(article_id, Tagging("hand:minh", (minh,), minh))
    done = tintinh("label", "--agreement", "lan", "minh", "--json", "--corpus", corpus, home=corpus.parent)
    assert done.code == 0, done.err
    (found,) = done.rows()
    border = next(one for one in found["themes"] if one["theme"] == "border")
    assert (found["articles"], border["first"], border["second"], border["both"]) == (2, 2, 1, 1)
    assert border["f1"] == pytest.approx(2 / 3)
    assert border["kappa"] == pytest.approx(0)
    assert found["disagreements"] == [{"id": "2", "only_first": ["border"], "only_second": ["training"]}]
    table = tintinh("label", "--agreement", "lan", "minh", "--corpus", corpus, home=corpus.parent)
    assert "2 articles labelled by both; macro F1 0.333, exact match 0.500" in table.err
    assert "not compared: 1 articles without a label by minh" in table.err

    with sitting(corpus, "--review", "lan", "minh", name="hoa") as terminal:
        screen = terminal.see("Enter save", "lan: border (primary border)", "minh: training (primary training)")
        assert shown(screen) == 2
        assert re.search(r"1 \[ \] Biên giới +0\.\d\d[ +][ ?]A", screen)
        assert re.search(r"9 \[ \] Bồi dưỡng, tập huấn +0\.\d\d[ +][ ?] B", screen)
        terminal.press("9\r")
        terminal.see("Nothing is left", "1 now")
        terminal.press("u")
        assert shown(terminal.see("9 [x]*", "Withdrawn")) == 2
        terminal.press("\r")
        terminal.see("Nothing is left")
        terminal.press("q")
        assert terminal.ended() == 0
    assert labels(corpus, "hand:hoa") == {2: Tagging("hand:hoa", ("training",), "training")}
    assert labels(corpus)[2].themes == ("border",), "what was reviewed stays as it was"
    assert json.loads(tintinh("show", "2", "--json", "--corpus", corpus, home=corpus.parent).out)["taggings"][0][
        "by"
    ] == ("hand:hoa"), "questions use the reviewer's label"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "needs a terminal"),
        (["--as", "chị lan"], "'chị lan' must be one word"),
        (["--theme", "sport"], "'sport' is no theme; there are border, "),
        (["--review", "lan", "minh", "--as", "lan"], "lan is one of the two reviewed"),
        (["--review", "lan", "minh", "--agreement", "lan", "minh"], "cannot be given together"),
        (["--agreement", "lan", "minh"], "'lan' has labelled nothing in "),
        (["--json"], "--json is for --agreement"),
    ],
)
def test_what_cannot_begin_is_said_in_a_sentence(corpus: Path, options: list[str], sentence: str) -> None:
    done = tintinh("label", "--corpus", corpus, *options, home=corpus.parent, LOGNAME="lan")
    assert done.code == 1
    assert sentence in done.err


def test_a_corpus_that_no_model_has_tagged(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        opened.keep(story(1), page=None, place=None)
    with sitting(tmp_path / "corpus.sqlite") as terminal:
        terminal.see("no article is tagged by themes ", "run tintinh annotate first")
        assert terminal.ended() == 1


def test_a_theme_no_model_knows_begins_with_its_keywords(corpus: Path) -> None:
    own = corpus.parent / "themes.toml"
    entry = """
[[theme]]
slug = "harvest"
name = "Mùa màng"
english = "Harvest"
about = "The harvest."
not = "Prices in a shop."
keywords = ["máy gặt", "lúa chín", "thóc"]
"""
    own.write_text(THEMES.read_text(encoding="utf-8") + entry, encoding="utf-8")
    with sitting(corpus, "--theme", "harvest", TINTINH_THEMES=str(own)) as terminal:
        assert shown(terminal.see("Enter save", "d [ ] Mùa màng")) == 4
        terminal.press("d\r")
        terminal.see("Nothing is left", "Saved: harvest.")
        terminal.press("q")
        assert terminal.ended() == 0
    assert labels(corpus) == {4: Tagging(BY, ("harvest",), "harvest")}
    found = tintinh("search", "--theme", "harvest", "--corpus", corpus, home=corpus.parent, TINTINH_THEMES=str(own))
    assert "Lúa chín sớm ở Gò Me" in found.out
    refused = tintinh("tag", home=corpus.parent, stdin="{}", TINTINH_THEMES=str(own))
    assert "does not know the theme 'harvest'" in refused.err
