"""The end of a night: one source that fails takes no other's account with it; a broken source file is a sentence."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from corpus.records import Night
from crawler import night as module
from crawler.errors import NightFailed, TintinhError
from crawler.night import crawl
from crawler.source import load_sources

CHECKOUT = Path(__file__).parents[1]


def test_one_source_that_fails_leaves_the_others_their_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 5, 31, tzinfo=UTC)

    def account(crawler: Crawler, task: object) -> Night:
        name = crawler.spidercls.name
        if name == "bao_lao_cai":
            raise TintinhError(f"{name}: the crawl failed: boom")
        return Night(name, at, at, found=1, known=0, stored=1, copies=0, same=0, rejected={}, generic=0, findings=())

    monkeypatch.setattr(module, "_night", account)
    monkeypatch.setattr(AsyncCrawlerProcess, "__init__", lambda self, settings: setattr(self, "settings", settings))
    monkeypatch.setattr(AsyncCrawlerProcess, "create_crawler", lambda self, spider: Crawler(spider, self.settings))
    monkeypatch.setattr(AsyncCrawlerProcess, "crawl", lambda self, crawler, since: None)
    monkeypatch.setattr(AsyncCrawlerProcess, "start", lambda self: None)
    sources = [load_sources()[one] for one in ("bao_ha_giang", "bao_lao_cai", "bao_lang_son")]
    with pytest.raises(NightFailed) as failed:
        crawl(sources, {"TINTINH_CONTACT": "to@example.org"})
    assert failed.value.failures == ("bao_lao_cai: the crawl failed: boom",)
    assert [night.source for night in failed.value.nights] == ["bao_ha_giang", "bao_lang_son"]
    assert str(failed.value) == "bao_lao_cai: the crawl failed: boom"


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
