"""Where a crawl connects, and whether it may begin: CONNECT_TO, contact, delay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings

from crawler.connect import connect_to, only_here
from crawler.errors import TintinhError
from crawler.source import load_sources
from crawler.spiders.loader import SourceSpiderLoader, spider_for
from crawler.spiders.news import POLITE, CannotStart

HERE = "http://127.0.0.1:8123"


def asked(**settings: Any) -> Settings:
    """The project's settings with ``settings`` as from the command line."""
    project = Settings()
    project.setmodule("crawler.settings", priority="project")
    project.set("TINTINH_CONTACT", "", priority="project")
    project.setdict(settings, priority="cmdline")
    return project


def started(source: str = "bao_ha_giang", **settings: Any) -> Settings:
    made = asked(**settings)
    spider_for(load_sources()[source]).update_settings(made)
    return made


def test_a_mapping_may_be_json_from_the_command_line() -> None:
    assert connect_to(asked(CONNECT_TO=f'{{"BaoHaGiang.vn": "{HERE}"}}')) == {"baohagiang.vn": HERE}
    assert connect_to(asked(CONNECT_TO={"baohagiang.vn": HERE})) == {"baohagiang.vn": HERE}
    assert connect_to(asked()) == {}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a.vn": "127.0.0.1:80"}, r"CONNECT_TO: a\.vn is mapped to '127\.0\.0\.1:80'; http://host:port was expected"),
        ({"a.vn": "http://127.0.0.1:80/path"}, "http://host:port was expected"),
        ({"a.vn": "ftp://127.0.0.1"}, "http://host:port was expected"),
        ({"a.vn": 8123}, "a.vn is mapped to 8123"),
        ("{a.vn}", "CONNECT_TO: is neither a mapping nor JSON of one"),
    ],
)
def test_a_wrong_mapping_is_named(value: object, says: str) -> None:
    with pytest.raises(TintinhError, match=says):
        connect_to(asked(CONNECT_TO=value))


@pytest.mark.parametrize(
    ("target", "here"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9:1", True),
        ("http://[::1]:1", True),
        ("http://localhost:1", True),
        ("http://192.168.0.2:1", False),
        ("http://127.0.0.1.example:1", False),
        ("http://mirror.example", False),
    ],
)
def test_only_loopback_is_here(target: str, here: bool) -> None:
    assert only_here(["a.vn"], {"a.vn": target}) is here
    assert not only_here(["a.vn", "b.vn"], {"a.vn": target})


def test_the_open_net_needs_a_contact() -> None:
    with pytest.raises(CannotStart, match=r"bao_ha_giang: a crawl of https://baohagiang\.vn/ needs a contact"):
        started()
    with pytest.raises(CannotStart):
        started(CONNECT_TO={"baohagiang.vn": "http://mirror.example:80"})
    with pytest.raises(CannotStart):
        started(TINTINH_CONTACT="   ")
    agent = started(TINTINH_CONTACT="mailto:nhom@vidu.example")["USER_AGENT"]
    assert agent.startswith("tintinh/")
    assert agent.endswith("(+mailto:nhom@vidu.example)")
    assert started(CONNECT_TO={"baohagiang.vn": HERE})["USER_AGENT"].endswith("(+rehearsal)")


def test_only_a_rehearsal_may_hurry_and_only_when_asked() -> None:
    here, contact = {"CONNECT_TO": {"baohagiang.vn": HERE}}, {"TINTINH_CONTACT": "a@b.example"}
    assert started(**here, DOWNLOAD_DELAY=0).getfloat("DOWNLOAD_DELAY") == 0
    assert started(**here).getfloat("DOWNLOAD_DELAY") == 1
    assert started(**contact, DOWNLOAD_DELAY=0).getfloat("DOWNLOAD_DELAY") == 1
    assert started(**contact, DOWNLOAD_DELAY=7).getfloat("DOWNLOAD_DELAY") == 7
    portal = started("thua_thien_hue_portal", **contact, DOWNLOAD_DELAY=2)
    assert portal.getfloat("DOWNLOAD_DELAY") == 3, "a source can be slower than the project"
    assert portal.getfloat("AUTOTHROTTLE_START_DELAY") == 3


@given(st.floats(-10, 60), st.sampled_from(sorted(load_sources())))
def test_the_floor_holds_for_every_source_and_setting(delay: float, source: str) -> None:
    assert started(source, TINTINH_CONTACT="a@b.example", DOWNLOAD_DELAY=delay).getfloat("DOWNLOAD_DELAY") >= 1


def test_no_flag_makes_a_crawl_of_the_open_net_impolite() -> None:
    rude = {
        "ROBOTSTXT_OBEY": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "DOWNLOAD_DELAY_JITTER": 0.9,
        "DOWNLOAD_SLOTS": {"baohagiang.vn": {"delay": 0, "concurrency": 9}},
        "HOST_REFUSALS": 1000,
    }
    made = started(TINTINH_CONTACT="a@b.example", **rude)
    assert {name: made[name] for name in rude} == POLITE
    here = started(CONNECT_TO={"baohagiang.vn": HERE}, **rude)
    assert here.getint("HOST_REFUSALS") == 1000, "a rehearsal is nobody's server"


def test_the_defaults_are_polite() -> None:
    project = asked()
    assert project.getbool("ROBOTSTXT_OBEY")
    assert project.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert project.getfloat("DOWNLOAD_DELAY_JITTER") == 0, "jitter would shorten every other pause below the floor"
    assert project.getbool("AUTOTHROTTLE_ENABLED")
    assert not project.getbool("COOKIES_ENABLED")


def test_the_loader_names_what_there_is() -> None:
    loader = SourceSpiderLoader.from_settings(asked())
    assert loader.list() == list(load_sources())
    assert loader.load("bao_ha_giang").__name__ == "BaoHaGiangSpider"
    with pytest.raises(KeyError, match=r"Spider not found: bao_la \(there are: bao_an_giang, .*bao_ha_giang"):
        loader.load("bao_la")
