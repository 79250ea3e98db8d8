"""A query and its address are the same thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import QueryError
from corpus.provinces import names_34, provinces_63
from corpus.records import Query
from corpus.text import line
from tintinh.explorer.address import parameters, query_of, query_string

THEMES = ("border", "training", "human_rights")

names = st.text(min_size=1, max_size=30).map(line).filter(bool)
words = st.text(alphabet="aăâđêôơưxyzÁẾ ", min_size=1, max_size=30).map(line).filter(bool)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    province = draw(st.none() | st.sampled_from([*names_34(), *(one.name for one in provinces_63())]))
    themes = tuple(draw(st.lists(st.sampled_from(THEMES), unique=True)))
    since, until = sorted([draw(days), draw(days)])
    province_map = draw(st.sampled_from(["day", "63", "34"]))
    return Query(
        text=draw(st.none() | words),
        themes=themes,
        province=province,
        province_map=province_map,
        source=draw(st.none() | names),
        since=draw(st.none() | st.just(since)),
        until=draw(st.none() | st.just(until)),
        probability=draw(st.none() | st.sampled_from([0.0, 0.5, 0.25, 1.0])) if themes else None,
        by_hand=draw(st.booleans()),
        section=draw(st.none() | names),
        author=draw(st.none() | names),
        language=draw(st.none() | names),
        stories=draw(st.booleans()),
    )


@given(queries())
def test_a_query_comes_back_from_its_address(query: Query) -> None:
    told = query_string(query)
    assert query_of(parameters(told), themes=THEMES, reads_map=True) == query
    if query.province is None:
        # Where nothing is read under it, a map is not a part of the question.
        assert query_of(parameters(told), themes=THEMES) == replace(query, province_map="day")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_query_with_one_address_or_a_sentence(typed: str) -> None:
    try:
        query = query_of(parameters(typed), themes=THEMES)
    except QueryError:
        return  # any other error fails the test
    told = query_string(query)
    assert query_string(query_of(parameters(told), themes=THEMES)) == told


def test_empty_fields_of_a_form_say_nothing() -> None:
    assert query_of(parameters("q=&theme=&province=+&since="), themes=THEMES) == Query()


def test_a_view_that_asks_nothing_has_only_its_own_parameters() -> None:
    assert query_of(parameters("page=2"), themes=THEMES, beside=("page",), asks=False) == Query()
    with pytest.raises(QueryError, match=r"'q' is not known here; there are page$"):
        query_of(parameters("q=a"), themes=THEMES, beside=("page",), asks=False)
