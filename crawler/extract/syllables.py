"""Whether a word can be Vietnamese: the spelling of one syllable, as a test of how bytes were read.

A wrong reading of Vietnamese bytes gives letters that exist in words that cannot. Character frequencies do not tell
the two apart from other languages with marks (Spanish, German, French); the structure of the syllable does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ONSETS = "ngh ng nh ch gh gi kh ph qu th tr b c d đ g h k l m n q r s t v x"
# Rhymes without tone; what only foreign names have (k, l, s at the end) is left out on purpose.
_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay  ăc ăm ăn ăng ăp ăt  âc âm ân âng âp ât âu ây
e ec em en eng eo ep et  ê êch êm ên êng ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu  y ych ynh yt yêm yên yêng yêt yêu
o oc oi om on ong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong
ô ôc ôi ôm ôn ông ôp ôt  ơ ơi ơm ơn ơp ơt
u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uơ
uy uya uych uynh uyp uyt uyu uyên uyêt
ư ưa ưc ưi ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
"""
_SYLLABLE = re.compile(rf"(?:{'|'.join(_ONSETS.split())})?(?:{'|'.join(_RHYMES.split())})")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SHARP_OR_HEAVY = frozenset("\u0301\u0323")


_LONGEST = 7  # nghiêng


def is_syllable(word: str) -> bool:
    """Whether ``word`` (letters only, in NFC) is spelt like one Vietnamese syllable, in lower, Title or UPPER case."""
    return len(word) <= _LONGEST and _is_spelt_well(word)


@lru_cache(maxsize=20_000)
def _is_spelt_well(word: str) -> bool:
    if not (word[1:].islower() or word.isupper() or len(word) == 1):
        return False
    letters = unicodedata.normalize("NFD", word.lower())
    tones = _TONES.findall(letters)
    bare = unicodedata.normalize("NFC", _TONES.sub("", letters))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare):
        return False
    # A syllable closed by a stop has the sharp or the heavy tone; no other tone can be said.
    return not bare.endswith(("c", "ch", "p", "t")) or bool(_SHARP_OR_HEAVY.intersection(tones))
