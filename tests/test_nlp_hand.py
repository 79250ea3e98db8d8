import json
from dataclasses import replace
from datetime import date

import pytest

from corpus.records import Tagging
from corpus.store import Corpus
from nlp.artefact import load
from nlp.errors import LabelledError, NlpError
from nlp.hand import hand_labels, hand_labels_at
from nlp.tag import Tagger
from nlp.themes import Theme
from nlp.train import train
from tests.made_articles import paragraph_blocks, story
from tests.small_model import THEMES, write_labelled

SLUGS = tuple(theme.slug for theme in THEMES)
DAY = date(2026, 3, 5)
FISH = Theme("fishing", "Nghề cá", "Fishing", "a", "b", ("tàu cá", "ngư dân", "cập cảng"))
CATCHES = [
    "tàu cá",
    "ngư dân",
    "cập cảng",
    "mẻ lưới",
    "cá thu",
    "bến đậu",
    "đá lạnh",
    "ngư trường",
    "kéo lưới",
    "khoang cá",
]


@pytest.fixture
def corpus(tmp_path):
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        for n in range(1, 5):
            opened.keep(story(n), page=None, place=None)
        yield opened


def test_the_newest_label_of_each_article_becomes_a_row(corpus):
    corpus.add_tagging(1, Tagging("hand:lan", ("border",), "border"))
    corpus.add_tagging(1, Tagging("hand:hoa", ("tourism",), "tourism"))
    corpus.add_tagging(2, Tagging("hand:lan", (), None))
    corpus.add_tagging(2, Tagging("model-1", ("border",), "border", {"border": 0.9}))
    corpus.add_tagging(3, Tagging("model-1", ("border",), "border", {"border": 0.9}))
    first, second = hand_labels(corpus, SLUGS)
    article = story(1)
    assert (first.id, first.title, first.text) == (article.url, article.title, article.text)
    assert (first.tagging.by, first.tagging.themes) == ("hand:hoa", ("tourism",))
    assert (first.outlet, first.province, first.date) == ("bao_ha_giang", "Hà Giang", "2025-02-02")
    assert (second.tagging.by, second.tagging.themes) == ("hand:lan", ())


def test_labels_that_cannot_be_learnt_from_are_named(corpus):
    with pytest.raises(LabelledError, match="holds no label by hand; give some with tintinh label"):
        hand_labels(corpus, SLUGS)
    corpus.add_tagging(1, Tagging("hand:lan", ("border", "tourism"), None))
    with pytest.raises(LabelledError, match="article 1, label by hand:lan: no primary theme; expected one of border"):
        hand_labels(corpus, SLUGS)
    corpus.add_tagging(1, Tagging("hand:lan", ("sport",), "sport"))
    with pytest.raises(LabelledError, match="article 1, label by hand:lan: unknown theme 'sport'; the themes are"):
        hand_labels(corpus, SLUGS)


@pytest.fixture
def fishing(tmp_path):
    """Twelve stories of six outlets labelled ``fishing`` by hand, and three with no theme."""
    path = tmp_path / "fishing.sqlite"
    with Corpus.open(path) as opened:
        for n in range(15):
            said = [f"{CATCHES[(n * 3 + k) % 10]} {CATCHES[(n + 7 * k) % 10]} chuyến {n * 31 + k}" for k in range(12)]
            quiet = [f"ruộng {n * 17 + k} mạ non {n + k} chuyện làng {k * n}" for k in range(12)]
            text = ", ".join(said if n < 12 else quiet) + "."
            article = story(
                n,
                title=f"{CATCHES[n % 3] if n < 12 else 'Ruộng'} bến {n}",
                lead=None,
                blocks=paragraph_blocks(text),
                source=f"bao_{n % 6}",
                province=None,
            )
            opened.keep(article, page=None, place=None)
            given = ("fishing",) if n < 12 else ()
            opened.add_tagging(n + 1, Tagging("hand:lan", given, given[0] if given else None))
    return path


def test_training_joins_labels_by_hand_and_the_card_counts_them(fishing, tmp_path):
    labelled = write_labelled(tmp_path / "stories.jsonl")
    themes = (*THEMES, FISH)
    with pytest.raises(NlpError, match="theme 'fishing' has 0 examples"):
        train([labelled], tmp_path / "models", themes=themes, created=DAY)
    hand = hand_labels_at(fishing, (*SLUGS, "fishing"))
    folder = train([labelled], tmp_path / "models", hand=hand, themes=themes, created=DAY)
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert "- `stories.jsonl`: 80 articles\n- `labels by hand: lan`: 15 articles\n" in card
    assert "Labels by hand are those of `tintinh label` in one corpus" in card
    assert "| `fishing` | Nghề cá | 12 |" in card
    artefact = load(folder, (*SLUGS, "fishing"))
    assert [item.file for item in artefact.manifest.trained_on] == ["stories.jsonl", "labels by hand: lan"]
    figures = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["evaluations"]
    assert [one["dataset"] for one in figures] == ["stories", "lan"], "folded together: the stories have no fishing"
    tagging = Tagger.of(artefact).tag("Tàu cá cập cảng", "Ngư dân kéo lưới, cá thu đầy khoang cá, đá lạnh ở bến đậu.")
    assert tagging.themes == ("fishing",)


def test_with_themes_that_the_stories_have_the_floors_stay_figures_of_the_stories_alone(fishing, tmp_path):
    labelled = write_labelled(tmp_path / "stories.jsonl")
    with Corpus.open(fishing) as opened:
        for stored in list(opened.articles()):
            opened.add_tagging(stored.id, Tagging("hand:lan", (), None))
    hand = hand_labels_at(fishing, SLUGS)
    folder = train([labelled], tmp_path / "models", hand=hand, themes=THEMES, created=DAY)
    figures = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["evaluations"]
    assert [one["dataset"] for one in figures] == ["stories", "stories", "lan", "lan"]
    floors = json.loads((tmp_path / "models" / "floors.json").read_text(encoding="utf-8"))
    assert floors["macro_f1"] == pytest.approx(figures[0]["scores"][0]["macro_f1"] - 0.01, abs=1e-4)


def test_a_theme_that_lives_in_one_outlet_cannot_be_measured_and_that_is_said(fishing, tmp_path):
    labelled = write_labelled(tmp_path / "stories.jsonl")
    hand = [replace(row, outlet="bao_1") for row in hand_labels_at(fishing, (*SLUGS, "fishing"))]
    with pytest.raises(NlpError, match=r"theme 'fishing' has (no example left once a part is held out|0 examples)"):
        train([labelled], tmp_path / "models", hand=hand, themes=(*THEMES, FISH), created=DAY)
    assert not (tmp_path / "models").exists()
