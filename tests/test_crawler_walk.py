"""When a night may stop at the first page of a listing that has something new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.spiders.walk import joins


@pytest.mark.parametrize(
    ("before", "now", "answer"),
    [
        ("abcdefgh", "12abcdef", True),  # two new ones push two over the edge
        ("abcdefgh", "12345678", False),  # all new: there may be more behind
        ("abcdefgh", "12a34bcd", True),  # an article that was put back into order
        ("PQabcdef", "PQ12abcd", True),  # a pinned box above
        ("PQabcdef", "PQ123456", False),  # nothing but the box is left
        ("abcdefXY", "12abcdXY", True),  # the most read ones below
        ("abcdefXY", "123456XY", False),
        ("PQabcdXY", "PQ1234XY", False),
        ("abcdefXY", "12abcdXZ", False),  # something new below all: who knows what it is
        ("PQabcdef", "QR12abcd", False),  # a pinned one gone
        ("abcdefgh", "abcdefgh", False),  # nothing new: another rule's business
        ("abcd", "12abcd", False),  # a page that grew: nothing says that the list ends where it did
        ("", "1234", False),
    ],
)
def test_pages_that_run_on_into_the_last_reading(before: str, now: str, answer: bool) -> None:
    assert joins(tuple(before), tuple(now)) is answer


@given(
    known=st.integers(0, 60),
    new=st.integers(0, 40),
    size=st.integers(1, 25),
    pinned=st.integers(0, 25),
    read=st.integers(0, 25),
)
def test_where_a_page_runs_on_nothing_new_is_behind_it(known: int, new: int, size: int, pinned: int, read: int) -> None:
    """A list newest first, ``size`` a page, between two boxes that stay as they are."""
    above, below = [f"pinned {n}" for n in range(pinned)], [f"read {n}" for n in range(read)]
    older = [f"old {n}" for n in range(known)]
    newer = [f"new {n}" for n in range(new)]
    before = [*above, *older[:size], *below]
    now = [*above, *(newer + older)[:size], *below]
    if joins(before, now):
        assert set(newer) <= set(now)
    elif new and known >= size > new:
        # One or more of the old list are left on the page, and as many as are new are gone.
        pytest.fail("a page that shows where the old list begins was not seen to run on")
