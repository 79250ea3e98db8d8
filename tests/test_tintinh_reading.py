"""An article as a person reads it: what stands beside its text is printed where it is known."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from corpus.records import VIETNAM, Picture
from tests.command import tintinh
from tests.made_articles import story
from tests.pages import MARKUP
from tintinh.reading import print_article, printed_when


def test_what_is_known_beside_the_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    article = story(
        1,
        updated_at=datetime(2025, 2, 3, 9, 45, tzinfo=VIETNAM),
        breadcrumb=("Xã hội", "Đời sống"),
        pictures=(Picture("https://a.vn/1.jpg", caption="Chợ"), Picture("https://a.vn/2.jpg")),
        readers={"title": "rules", "body": "rules", "date": "generic"},
    )
    print_article(article)
    out = capsys.readouterr().out
    assert "02/02/2025 08:30 (updated 03/02/2025 09:45)" in out
    assert "Xã hội > Đời sống" in out
    assert "Picture: https://a.vn/1.jpg — Chợ\nPicture: https://a.vn/2.jpg\n" in out
    assert "Fields from generic: date\nFields from rules: body, title\n" in out
    print_article(story(1))
    bare = capsys.readouterr().out
    assert not any(word in bare for word in ("updated", "Picture", "Fields"))
    assert printed_when(story(1, updated_at=datetime(2025, 2, 3, tzinfo=VIETNAM))).endswith("(updated 03/02/2025)")


def test_a_time_counted_from_the_fetch_needs_to_be_told_the_fetch(tmp_path: Path) -> None:
    html = MARKUP.replace("08:15 - 05/03/2024 [GMT+7]", "30 phút trước").replace(
        '"datePublished": "2024-03-05"', '"a": 1'
    )
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    extract = ("extract", "a.html", "--json", "--url", "https://baolang.vn/tin/1.html")
    (untold,) = tintinh(*extract, home=tmp_path).rows()
    (told,) = tintinh(*extract, "--fetched-at", "2026-06-01T19:00", home=tmp_path).rows()
    assert untold["published_at"] is None
    assert (told["published_at"], told["published_from"]) == ("2026-06-01T18:30:00+07:00", "printed")
    assert told["pictures"][0]["url"] == "https://baolang.vn/tin/cho.jpg"
    assert (told["updated_at"], told["breadcrumb"], told["readers"]["date"]) == (None, [], "generic")
