from pathlib import Path

import pytest

from nlp.errors import ThemesError
from nlp.keywords import Keywords
from nlp.segment import segment_sentence
from nlp.themes import THEMES, load_themes, read_themes

GUIDE = Path(__file__).parent.parent / "data" / "labelled" / "GUIDE.md"


def test_the_themes_are_those_of_the_labelling_guide():
    table = [line.split("|")[1:3] for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [(theme.slug, theme.name) for theme in load_themes()] == [
        (slug.strip().strip("`"), name.strip()) for slug, name in table
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('english = "Land border"', 'english = "Land border"\ncolour = 1', "theme 'border', key colour: is not a key"),
        ('english = "Land border"\n', "", "theme 'border', key english: is required"),
        ('english = "Land border"', "english = 3", "theme 'border', key english: "),
        ('slug = "border"', 'slug = "Border!"', "theme 'Border!', key slug: "),
        ('slug = "border"', 'slug = "training"', "theme 'training' stands there twice"),
        ('"tập huấn",', '"tập huấn", "Tập  huấn",', "theme 'training' has the keyword 'tập huấn' twice"),
        ('slug = "border"', 'slug = "border', "is not TOML"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, old, new, sentence):
    path = tmp_path / "themes.toml"
    path.write_text(THEMES.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ThemesError) as caught:
        read_themes(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ThemesError, match="there is no such file of themes"):
        read_themes(tmp_path / "themes.toml")


def test_keywords_are_found_whatever_the_case_the_tone_style_and_the_segmentation():
    keywords = Keywords({"a": ["diễn biến hòa bình", "hòa bình"], "b": ["Hoà bình", "TTĐN"]})
    found = keywords.find(segment_sentence("DIỄN BIẾN HOÀ BÌNH và TTĐN ở Hòa Bình"))
    assert found == ["diễn_biến_hòa_bình", "hòa_bình", "ttđn", "hòa_bình"]
    assert keywords.themes_of("hòa_bình") == ("a", "b")
    assert keywords.find("bình_hòa") == []
