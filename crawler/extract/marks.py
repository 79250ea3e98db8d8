"""Class and id names that say where on a page a line stands."""

from __future__ import annotations

import re
from functools import lru_cache

_AROUND = re.compile(
    r"(?:^|[\s_-])(?:comments?|binh-?luan|y-?kien|related|relate|lien-?quan|tinlienquan|cung-?chuyen-?muc|other-?news"
    r"|tin-?khac|tinkhac|sidebar|side-bar|aside|footer|foot|header|nav|navbar|menu|breadcrumbs?|share|social|sharemxh"
    r"|banner|ads?|adv|quang-?cao|popup|modal|widget|most-?read|doc-?nhieu|tin-?moi|hot-?news|tags?|weather|thoi-?tiet"
    r"|copyright|toolbar|pagination|rating|subscribe|newsletter|audio\w*|z?player|voice|poll|vote|same|relates|topics"
    r"|recommend\w*|suggest\w*)(?:$|[\s_-])"
)
# Boxes that two publishing systems set into the running text; their names are written in one word.
_BOXES = re.compile(r"related(?:one)?news|boxrelated|insert-wiki|insert-neww|articles-edit")


@lru_cache(maxsize=16_384)  # a site has some thousand, on every page the same
def is_around(marks: str) -> bool:
    """Whether class and id names say that an element stands around a story, not in it."""
    return _AROUND.search(marks) is not None or _BOXES.search(marks) is not None


@lru_cache(maxsize=4096)  # the lines of a menu have the same names, page for page
def own_marks(marks: str, common: str) -> str:
    """The part of ``marks`` (innermost first) that it does not share with the marks around the story."""
    shared = 0
    while shared < min(len(marks), len(common)) and marks[-1 - shared] == common[-1 - shared]:
        shared += 1
    return marks[: len(marks) - shared]
