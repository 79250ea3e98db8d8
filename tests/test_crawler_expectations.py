"""The verdict on a night."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.expectations import FEW, Counts, verdict
from crawler.source import Source
from tests.small_paper import TOML

SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)


def found(**counts: Any) -> tuple[str, ...]:
    return tuple(one.sentence for one in verdict(SOURCE, Counts(**({"found": 30} | counts))))


def test_a_good_night_has_no_findings() -> None:
    assert found(stored=20, dated=20, rejected={"http_404": 1}) == ()
    assert found(known=30) == (), "a night without news is a good night"


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"found": 0}, "bao_dong_suoi: found no article address, expected at least 1"),
        (
            {"stored": 6, "dated": 6, "rejected": {"not_an_article": 3, "http_404": 1}},
            "bao_dong_suoi: rejected 4 of 10 (40%) new pages (http_404 1, not_an_article 3), expected at most 30%",
        ),
        (
            {"stored": 8, "copies": 2, "dated": 10, "generic": 3},
            "bao_dong_suoi: the selectors did not fit 3 of 10 (30%) new articles, expected at most 20%; "
            "the layout may have changed",
        ),
        ({"stored": 10, "dated": 8}, "bao_dong_suoi: 8 of 10 (80%) new articles have a date, expected at least 90%"),
        (
            {"unread": ("https://a.vn/rss.xml could not be read (http_500)",)},
            "bao_dong_suoi: https://a.vn/rss.xml could not be read (http_500)",
        ),
        ({"ended": "shutdown"}, "bao_dong_suoi: the night was cut short (shutdown); run it again"),
    ],
)
def test_each_broken_expectation_is_one_sentence(counts: dict[str, Any], says: str) -> None:
    assert found(**counts) == (says,)


def test_limits_themselves_are_kept() -> None:
    assert found(stored=10, dated=9, generic=2) == ()
    assert found(stored=7, dated=7, rejected={"http_404": 3}) == ()


def test_too_few_pages_say_nothing() -> None:
    few = FEW - 1
    assert found(stored=few, generic=few, dated=0) == ()
    assert found(rejected={"http_404": few}) == ()
    assert [one.kind for one in verdict(SOURCE, Counts(30, stored=FEW, generic=FEW, dated=0))] == ["layout_broken"]


@given(
    st.builds(
        Counts,
        found=st.integers(0, 50),
        stored=st.integers(0, 50),
        copies=st.integers(0, 5),
        same=st.integers(0, 5),
        rejected=st.dictionaries(st.sampled_from(["timeout", "http_404", "bug"]), st.integers(1, 50)),
        generic=st.integers(0, 50),
        dated=st.integers(0, 50),
    )
)
def test_a_verdict_can_always_be_given(counts: Counts) -> None:
    for one in verdict(SOURCE, counts):
        assert one.sentence.startswith("bao_dong_suoi: ")
        assert "\n" not in one.sentence
        assert one.severity in {"broken", "warning"}
