"""The stories of the loopback newspaper: what is expected of their pages, and what is refused."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.loopback_client import TODAY, Client, printed
from tintinh.loopback import LoopbackNewspaper, StoryError, expected, read_stories
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.stories import default_folder

ROW: dict[str, object] = {
    "id": "bhg-001",
    "source": "bao_ha_giang",
    "section": "Kinh tế",
    "published_at": "2025-03-12T09:15:00+07:00",
    "title": "Chè cổ thụ vào vụ xuân",
    "lead": None,
    "place": None,
    "blocks": [
        {"kind": "paragraph", "text": "BHG - Sáng nay, bà con hái lứa chè đầu tiên."},
        {"kind": "caption", "text": "Hái chè trên nương cao", "credit": "L.K"},
    ],
    "byline": "Bài, ảnh: LÙ KHÁNH",
    "authors": ["LÙ KHÁNH"],
    "agency": None,
    "tags": ["chè"],
    "province": "Hà Giang",
    "themes": [],
    "primary": None,
    "corrects": None,
    "wire": None,
}


def written(folder: Path, *rows: dict[str, object] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "news.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_expected_says_what_the_page_prints(tmp_path: Path) -> None:
    (item,) = expected("bao_ha_giang", written(tmp_path, ROW))
    assert item.url.startswith("https://baohagiang.vn/kinh-te/202503/che-co-thu-vao-vu-xuan-")
    assert item.body == ("BHG - Sáng nay, bà con hái lứa chè đầu tiên.",)
    assert (item.captions, item.credits, item.headings) == (("Hái chè trên nương cao",), ("L.K",), ())
    assert item.published_at is not None
    assert (item.published_at.isoformat(), item.precision) == ("2025-03-12T09:15:00+07:00", "minute")
    assert (item.authors, item.section, item.tags, item.province) == (("LÙ KHÁNH",), "Kinh tế", ("chè",), "Hà Giang")


def test_a_newspaper_of_one_story_can_be_read(tmp_path: Path) -> None:
    with LoopbackNewspaper(written(tmp_path, ROW), today=TODAY) as paper:
        client = Client(paper.port)
        assert str(ROW["title"]) in printed(client.soup(expected("bao_ha_giang", tmp_path)[0].url))
        assert all(client.get(outlet.url("/")).status == 200 for outlet in OUTLETS.values())
        client.connection.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"headline": "x"}, "headline"),
        ({"source": "bao_nao_do"}, "source 'bao_nao_do' is none of bao_ha_giang"),
        ({"section": "Chuyện lạ"}, "section 'Chuyện lạ' is none of bao_ha_giang's"),
        ({"published_at": "2025-03-12T09:15:00"}, "published_at"),
        ({"published_at": "2025-03-12T02:15:00+00:00"}, "must be Vietnamese time"),
        ({"title": unicodedata.normalize("NFD", "Chè cổ thụ")}, "title: .*NFC"),
        ({"province": "Atlantis"}, "province"),
        ({"primary": "border"}, "primary 'border' is none of the themes"),
        ({"blocks": []}, "blocks"),
        ({"blocks": [{"kind": "video", "text": "x"}]}, "blocks.0.kind"),
        ({"blocks": [{"kind": "paragraph", "text": "x", "credit": "y"}]}, "a paragraph has no credit"),
        ({"wire": "ttx-999"}, "wire names ttx-999, but there is no such story"),
    ],
)
def test_a_broken_story_is_named_with_file_and_line(change: dict[str, object], says: str, tmp_path: Path) -> None:
    broken = ROW | {"id": "bhg-002", "title": "Tin khác"} | change
    with pytest.raises(StoryError, match=r"news\.jsonl:2: .*" + says):
        read_stories(written(tmp_path, ROW, broken))


def test_other_broken_files(tmp_path: Path) -> None:
    with pytest.raises(StoryError, match=r"news\.jsonl:2: is not a story: the line: Invalid JSON"):
        read_stories(written(tmp_path, ROW, "{"))
    (tmp_path / "two").mkdir()
    with pytest.raises(StoryError, match=r"news\.jsonl:2: the id bhg-001 is used already at .*news\.jsonl:1"):
        read_stories(written(tmp_path / "two", ROW, ROW))
    (tmp_path / "none").mkdir()
    with pytest.raises(StoryError, match="holds no stories"):
        read_stories(tmp_path / "none")
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / "a.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(StoryError, match=r"a\.jsonl: is not UTF-8"):
        read_stories(tmp_path / "latin")


def test_the_stories_lie_where_the_checkout_has_them() -> None:
    assert default_folder() == Path(__file__).parents[1] / "data" / "sample" / "newspaper"
