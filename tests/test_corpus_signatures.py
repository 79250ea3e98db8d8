"""Signatures made together are those of hashlib and datasketch: they lie in people's databases."""

from __future__ import annotations

import random
from hashlib import sha1

import numpy as np
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.signatures import first_numbers, sketches

WORDS = [
    "bản",
    "dân",
    "tộc",
    "tỉnh",
    "biên",
    "giới",
    "du",
    "lịch",
    "cửa",
    "khẩu",
    "hợp",
    "nghiêng",
    "1.840",
    "a" * 60,
    "đ" * 27,
]


def test_first_numbers_are_those_of_sha1_for_every_length() -> None:
    text = bytes(random.Random(3).randbytes(3_000))  # noqa: S311 - no secret
    # Every length around one block of SHA-1 (55 bytes), and enough of them to be hashed together.
    spans = [(start, start + length) for length in range(120) for start in range(0, 300, 9)]
    starts, ends = (np.array(side, np.int64) for side in zip(*spans, strict=True))
    found = first_numbers(text, starts, ends).tolist()
    assert found == [int.from_bytes(sha1(text[a:b], usedforsecurity=False).digest()[:4], "little") for a, b in spans]
    few = first_numbers(text, starts[:50], ends[:50]).tolist()
    assert few == found[:50]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=300), max_size=12))
def test_sketches_are_those_of_datasketch(texts: list[list[str]]) -> None:
    found = list(sketches([" ".join(words) for words in texts], 4, 96, 1))
    for words, sketch in zip(texts, found, strict=True):
        if len(words) < 4:
            assert sketch is None
            continue
        theirs = MinHash(
            num_perm=96, seed=1, scheme="affine32",
            hashfunc=lambda data: int.from_bytes(sha1(data, usedforsecurity=False).digest()[:4], "little"),
        )  # fmt: skip
        theirs.update_batch([" ".join(words[n : n + 4]).encode() for n in range(len(words) - 3)])
        assert sketch is not None
        assert sketch.tolist() == theirs.hashvalues.tolist()
