"""The Vietnamese code pages from before Unicode, as they stand in pages that were read as Latin-1 or windows-1252.

TCVN3 (.VnTime and its family) and VNI are *font* encodings: the page says Latin, the font draws Vietnamese. VISCII
and VPS are character sets of their own. Sources: VISCII is RFC 1456 and equals glibc's table byte for byte; TCVN3
equals the upper half of glibc's TCVN5712-1 where the fonts have a letter; VPS equals viparse 0.1.31 (cross-checked
there against ICU); VNI is the keyboard's own rule, base letter and mark. viparse itself is not used: its VNI has no
``ẳ`` (*khẳng định*, *thẳng*) and no ``ỵ``, it does not detect VPS, and it takes 0.6 s to import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class CodePage:
    """One legacy encoding: ``convert`` turns text that was read as Latin-1 or windows-1252 into Unicode.

    ``fonts`` matches the names of the fonts that draw it, as they stand in markup; None where no font gives it away.
    """

    name: str
    convert: Callable[[str], str]
    fonts: re.Pattern[str] | None = None


_HIGH = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
WINDOWS_1252: dict[int, str] = {byte: char for byte, char in _HIGH.items() if char}
"""What the bytes 0x80-0x9F, read as Latin-1 control characters, are on Windows: ``“ ” – …``."""

# Row by row: capitals without tone, small letters without tone, then the five tones of each vowel.
_TCVN3 = WINDOWS_1252 | dict(
    zip(
        map(ord, "¡¢£¤¥¦§¨©ª«¬\xad®µ¸¶·¹»¾¼½ÆÇÊÈÉËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ"),
        "ĂÂÊÔƠƯĐăâêôơưđàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
        strict=True,
    )
)
# TCVN3 has no capital letters with tones: they are typed as small ones between ASCII capitals, and a font whose name
# ends in H draws all of them large. Two capitals and no ASCII small letter in a word: it was meant to be capital.
_WORD_WITHOUT_SMALL = re.compile(r"(?<![^\W\d_])[^\W\d_a-z]{3,}+(?![a-z])")
_CAPITALS = re.compile(r"[A-ZĂÂÊÔƠƯĐ]")
# â is always followed by another letter of its syllable; a © that is not is the copyright sign of a footer.
_COPYRIGHT = re.compile(r"©(?=[\s\d]|\Z)")


def _from_tcvn3(text: str) -> str:
    def raised(match: re.Match[str]) -> str:
        word = match.group()
        return word.upper() if len(_CAPITALS.findall(word)) >= 2 else word

    parts = (part.translate(_TCVN3) for part in _COPYRIGHT.split(text))
    return _WORD_WITHOUT_SMALL.sub(raised, "©".join(parts))


# VNI: the marks after a plain letter (ù ø û õ ï), and those that bring circumflex or breve along; ơ and ư are ô and ö.
_VNI_ALONE = dict(zip("ñòóæîôöÑÒÓÆÎÔÖ", "địĩỉỵơưĐỊĨỈỴƠƯ", strict=True))
_VNI_ROWS = {
    "a": ("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "i": ("ùøûõï", "íìỉĩị"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "u": ("ùøûõï", "úùủũụ"),
    "y": ("ùøûõï", "ýỳỷỹỵ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "ö": ("ùøûõï", "ứừửữự"),
}
_VNI: dict[str, str] = dict(_VNI_ALONE)
for _base, (_marks, _letters) in _VNI_ROWS.items():
    for _mark, _letter in zip(_marks, _letters, strict=True):
        _VNI[_base + _mark] = _letter
        _VNI[_base.upper() + _mark.upper()] = _VNI[_base.upper() + _mark] = _letter.upper()
_VNI_SEQUENCE = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def _from_vni(text: str) -> str:
    return _VNI_SEQUENCE.sub(lambda match: _VNI[match.group()], text.translate(WINDOWS_1252))


def _charset(upper_half: str, controls: str, letters: str) -> Callable[[str], str]:
    """A character set of 256 letters: the bytes from 0x80 on, and the control characters it took for more letters."""
    table = dict(zip(range(0x80, 0x100), upper_half, strict=True)) | dict(zip(map(ord, controls), letters, strict=True))
    # The same bytes may have been read as windows-1252 before they came here.
    table |= {ord(char): table[byte] for byte, char in WINDOWS_1252.items()}
    return lambda text: text.translate(table)


_VISCII = _charset(
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
    "\x02\x05\x06\x14\x19\x1e",
    "ẲẴẪỶỸỴ",
)
_VPS = _charset(
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ‘’ỀỂỄỐỒỔỖýỷỵỚỜỞ\u00a0ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕự"
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹƯỦồốÔỏơÈừứÚũưÝẺßàáâãảạăçèéêẽìíîĩẴĐòóôõöƠụùúủüỶẼỳ",
    "\x02\x03\x04\x05\x06\x10\x11\x12\x13\x14\x15\x19\x1c\x1d",
    "ẠẬẶẸỆỊỌỘỢỤỰỴẪỮ",
)

CODE_PAGES = (
    CodePage("TCVN3", _from_tcvn3, re.compile(r"[\"':,=\s]\.Vn[A-Z]", re.IGNORECASE)),
    CodePage("VNI", _from_vni, re.compile(r"[\"':,=\s]VNI-", re.IGNORECASE)),
    CodePage("VISCII", _VISCII),
    CodePage("VPS", _VPS, re.compile(r"[\"':,=\s]VPS ", re.IGNORECASE)),
)
"""In the order in which a tie between them is decided: the commonest first."""
