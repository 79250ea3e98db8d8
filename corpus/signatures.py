"""MinHash signatures of many texts at once: the numbers that datasketch and SHA-1 would give, made by numpy together.

One story is some 450 shingles. Hashed one by one, as datasketch does, they take 0.7 ms of it; all shingles of twenty
stories together take a fifth of that for each (November 2026, this module against hashlib and ``MinHash``). The
permutations are datasketch's own, read from a ``MinHash``, so that keys stored by earlier versions stay good.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha1
from typing import Any, TypeAlias

import numpy as np

Numbers: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_BLOCK = 64
_LONGEST = _BLOCK - 9
"""Bytes of a message that SHA-1 reads in one block: it adds a mark and its length."""
_AT_ONCE = 16_384
"""Shingles hashed together: their twenty vectors are 1.3 MB, and numpy's own time for a step is a tenth of it."""
_FEW = 800
"""Of fewer each is hashed by hashlib: numpy takes a millisecond for its 1,400 steps, however short the vectors."""

_ROTATED = ((0x5A827999, 20), (0x6ED9EBA1, 40), (0x8F1BBCDC, 60), (0xCA62C1D6, 80))
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)


@cache
def _padding() -> tuple[Numbers, Numbers]:
    """For each length of a message: which bytes of its block are the message's, and what the others are."""
    own = np.zeros((_LONGEST + 1, _BLOCK), np.uint8)
    rest = np.zeros((_LONGEST + 1, _BLOCK), np.uint8)
    for length in range(_LONGEST + 1):
        own[length, :length] = 0xFF
        rest[length, length] = 0x80
        rest[length, -2:] = divmod(8 * length, 256)
    return own, rest


class _Sha1:
    """The first 32 bits of the SHA-1 of many messages of one block each (FIPS 180-4, section 6.1)."""

    def __init__(self) -> None:
        self._spare = np.empty((7, _AT_ONCE), np.uint32)

    def __call__(self, words: Numbers) -> Numbers:
        """``words``: (16, n) uint32, the blocks as numbers of four bytes, the highest first; n at most ``_AT_ONCE``."""
        count = words.shape[1]
        one, two, total, *rest = (row[:count] for row in self._spare)
        a, b, c, d = (np.full(count, value, np.uint32) for value in _START[:4])
        e = rest[0]
        e[:] = _START[4]
        window = list(words)
        for n in range(80):
            if n >= 16:
                word = window[n % 16]
                word ^= window[(n - 3) % 16]
                word ^= window[(n - 8) % 16]
                word ^= window[(n - 14) % 16]
                np.right_shift(word, 31, out=one)
                np.left_shift(word, 1, out=word)
                word |= one
            # total = rotl(a, 5) + f(b, c, d) + e + constant + word, made in the place of e
            np.left_shift(a, 5, out=one)
            np.right_shift(a, 27, out=two)
            one |= two
            total = e
            total += one
            if n < 20:
                np.bitwise_xor(c, d, out=one)
                one &= b
                one ^= d
            elif 40 <= n < 60:
                np.bitwise_or(c, d, out=one)
                one &= b
                np.bitwise_and(c, d, out=two)
                one |= two
            else:
                np.bitwise_xor(b, c, out=one)
                one ^= d
            total += one
            total += window[n % 16]
            total += np.uint32(_ROTATED[n // 20][0])
            np.right_shift(b, 2, out=one)
            np.left_shift(b, 30, out=b)
            b |= one
            a, b, c, d, e = total, a, b, c, d
        found: Numbers = a + np.uint32(_START[0])
        return found


_sha1 = _Sha1()


def first_numbers(text: bytes, starts: Numbers, ends: Numbers) -> Numbers:
    """The first four bytes of the SHA-1 of each ``text[start:end]``, as datasketch's ``sha1_hash32`` reads them.

    ``starts`` and ``ends``: int64, (n,). The answer is uint32, (n,).
    """
    found = np.empty(len(starts), np.uint32)
    lengths = ends - starts
    together = lengths <= (_LONGEST if len(starts) >= _FEW else -1)
    short = np.flatnonzero(together)
    own, rest = _padding()
    padded = np.frombuffer(text + bytes(_BLOCK), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK)
    for begin in range(0, len(short), _AT_ONCE):
        some = short[begin : begin + _AT_ONCE]
        blocks = windows[starts[some]]
        blocks &= own[lengths[some]]
        blocks |= rest[lengths[some]]
        words = np.ascontiguousarray(blocks.view(">u4").T, dtype=np.uint32)
        found[some] = _sha1(words).byteswap()  # the digest's first byte is the highest of ours and the lowest of theirs
    for n in np.flatnonzero(~together).tolist():
        digest = sha1(text[starts[n] : ends[n]], usedforsecurity=False).digest()
        found[n] = int.from_bytes(digest[:4], "little")
    return found


@cache
def _permutations(count: int, seed: int) -> tuple[Numbers, Numbers]:
    # Imported when the first article is stored: datasketch brings scipy, one second that a search need not wait.
    from datasketch import MinHash

    factors, summands = MinHash(num_perm=count, seed=seed, scheme="affine32").permutations
    return factors[:, np.newaxis], summands[:, np.newaxis]


def _mixed(numbers: Numbers) -> Numbers:
    """MurmurHash3's finalizer, which datasketch puts before its permutations."""
    numbers = numbers ^ (numbers >> np.uint32(16))
    numbers *= np.uint32(0x85EBCA6B)
    numbers ^= numbers >> np.uint32(13)
    numbers *= np.uint32(0xC2B2AE35)
    numbers ^= numbers >> np.uint32(16)
    return numbers


def sketches(texts: Sequence[str], shingle: int, count: int, seed: int) -> Iterator[Numbers | None]:
    """The MinHash of each text over its runs of ``shingle`` words: uint32, (count,); None for a text without one.

    A text is its words with one blank between them. Equal to ``datasketch.MinHash(count, seed, scheme="affine32")``
    updated with every run.
    """
    factors, summands = _permutations(count, seed)
    joined, starts, ends, sizes = [], [], [], []
    offset = 0
    for text in texts:
        data = text.encode()
        blanks = np.flatnonzero(np.frombuffer(data, np.uint8) == 0x20)
        number = max(0, len(blanks) + 2 - shingle) if data else 0
        sizes.append(number)
        if number:
            first = np.empty(len(blanks) + 1, np.int64)
            first[0], first[1:] = 0, blanks + 1
            last = np.append(blanks, len(data))
            starts.append(first[:number] + offset)
            ends.append(last[shingle - 1 :] + offset)
            joined.append(data)
            offset += len(data)
    if not joined:
        yield from (None for _ in texts)
        return
    numbers = _mixed(first_numbers(b"".join(joined), np.concatenate(starts), np.concatenate(ends)))
    begin = 0
    for size in sizes:
        if not size:
            yield None
            continue
        permuted = factors * numbers[begin : begin + size]
        permuted += summands
        yield permuted.min(axis=1)
        begin += size
