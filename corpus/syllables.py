"""Words as single characters: a text in which each Vietnamese syllable is one sign, to be looked through quickly.

A text of 400 words becomes a string of some 450 signs, in which words follow each other where their signs do, so that
``in`` and ``re`` find runs of words exactly. Which sign a syllable has follows from how syllables are written; nothing
is counted or kept. Of national news 94 words in a hundred have one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from corpus.text import MARKS_IN_WORD, fold, match_key

RULE = "syllables and numbers as signs, 1"
"""Names how texts are coded; stored with them. Change what follows, and change this: they are made anew."""

_FIRST = 0x3000
SIGNS = f"{chr(_FIRST)}-\ud7ff"
"""All signs, as part of a character class."""
_SHIFT = 0xF0000
"""Added to letters that lie where the signs do (Chinese, Hangul …): private use, which is in no word."""

_ONSETS = " b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split(" ")  # noqa: SIM905 - read more easily
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et
ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang oanh
oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt
ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên
uyêt uynh uyp uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y ych yên yêm yêng yêt yêu ynh yt yp
ăk ek êk ok ôk
""".split()  # noqa: SIM905 - read more easily; the last line is for names of the highlands (Đắk Lắk)
_SHORT = {"c", "ch", "k", "p", "t"}
"""Ends after which a syllable has one of two tones."""
_VOWELS = "aăâeêioôơuưy"
_TONES = ("\u0301", "\u0323", "\u0300", "\u0309", "\u0303")

_BEYOND_ASCII = re.compile(f"[^\0-\x7f{SIGNS}]")
_LETTERS = re.compile(f" ([^ \n{SIGNS}]+)")


def _with_tone(rime: str, tone: str) -> str:
    if not tone:
        return rime
    vowels = [n for n, letter in enumerate(rime) if letter in _VOWELS]
    marked = [n for n in vowels if rime[n] in "ăâêôơư"]
    closed = vowels[-1] < len(rime) - 1
    at = marked[-1] if marked else vowels[-1] if closed else vowels[(len(vowels) - 1) // 2]
    return rime[: at + 1] + tone + rime[at + 1 :]


class _Signs(dict[str, str]):
    """Word by match key → its sign, or, if it has none, its letters between blanks."""

    def __missing__(self, word: str) -> str:
        return f" {letters_of(word)} "


def letters_of(word: str) -> str:
    """A word's letters as they stand in a coded text, none of which is a sign."""
    if word.isascii():
        return word
    return "".join([chr(ord(letter) + _SHIFT) if _FIRST <= ord(letter) <= 0xFFFF else letter for letter in word])


@cache
def signs() -> dict[str, str]:
    """The sign of each syllable, by match key, and of each number of up to four digits; of another word its letters
    between blanks, which stand around no sign."""
    rimes = [
        match_key(_with_tone(rime, tone))
        for rime in _RIMES
        for tone in ("", *(_TONES[:2] if rime.lstrip(_VOWELS) in _SHORT else _TONES))
    ]
    numbers = (f"{number:0{digits}}" for digits in range(1, 5) for number in range(10**digits))
    words = dict.fromkeys([*(onset + rime for rime in rimes for onset in _ONSETS), *numbers])
    return _Signs((word, chr(sign)) for sign, word in enumerate(words, _FIRST))


@cache
def folded_signs() -> dict[str, str]:
    """The signs of all syllables that are the same without tones, by folded text."""
    found: defaultdict[str, str] = defaultdict(str)
    bare = str.maketrans({letter: fold(letter) for letter in set("".join(signs()))})
    for word, sign in signs().items():
        found[word.translate(bare)] += sign
    return dict(found)


@cache
def _alike() -> dict[str, str]:
    """Each letter from a to z with those that are it once folded."""
    found = {chr(code): chr(code) for code in range(ord("a"), ord("z") + 1)}
    for code in (*range(0x80, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        if fold(letter) in found and match_key(letter) == letter:
            found[fold(letter)] += letter
    return found


def spelled(word: str, *, toned: bool) -> str:
    """A regular expression for a word's letters in a coded text, without tones for all that are the same folded.

    Those of a word with letters other than ASCII are compared with a text that is folded itself (``bare``).
    """
    if toned or not word.isascii():
        return re.escape(letters_of(word))
    return "".join([f"[{_alike()[letter]}]{MARKS_IN_WORD}" if letter in _alike() else letter for letter in word])


def coded(words: Iterable[str]) -> str:
    """Words by match key as signs; between two words that have none stands one blank."""
    return "".join(map(signs().__getitem__, words)).replace("  ", " ")


def bare(text: str) -> str:
    """A coded text whose words without a sign are folded."""
    return _LETTERS.sub(_folded, text) if _BEYOND_ASCII.search(text) else text


def _folded(match: re.Match[str]) -> str:
    word = "".join([chr(ord(letter) - _SHIFT) if ord(letter) >= _SHIFT else letter for letter in match[1]])
    return f" {letters_of(fold(word))}"


def packed(lines: Iterable[str]) -> bytes:
    """The words of a title and of each line of a text, coded line by line, as they are stored."""
    return "\n".join([coded(line.split()) for line in lines]).encode("utf-16-le")


def unpacked(stored: bytes) -> str:
    """The coded text that ``packed`` gave."""
    return stored.decode("utf-16-le")
