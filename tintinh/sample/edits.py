"""What an outlet does to a story it takes over: the small changes that make a copy a near-duplicate."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from tintinh.sample.texts import SampleText

Edit = Literal["as_it_is", "cut", "credited", "reworded"]
"""``as_it_is``: every word. ``cut``: without its last paragraph. ``credited``: with a first line that names the outlet
it is from. ``reworded``: another title and some other words."""
EDITS: tuple[Edit, ...] = get_args(Edit)

# Words that an editor exchanges without a thought; few enough that the copy stays a copy (corpus/duplicates.py).
_EXCHANGED = {
    " cho biết": " cho hay",
    " tổ chức ": " mở ",
    " nhằm ": " để ",
    " hiện nay": " bây giờ",
    " khoảng ": " chừng ",
    " đồng thời": " cùng lúc",
}


def edited(text: SampleText, edit: Edit, taken_from: str) -> SampleText:
    """``text`` as the outlet that takes it over prints it; ``taken_from`` is the name of the outlet it is from."""
    match edit:
        case "as_it_is":
            return text
        case "cut":
            return replace(text, paragraphs=text.paragraphs[:-1])
        case "credited":
            return replace(text, paragraphs=(f"Theo {taken_from}, sự việc được ghi nhận như sau.", *text.paragraphs))
        case "reworded":
            head, _, rest = text.title.partition(": ")
            title = f"{rest[:1].upper()}{rest[1:]} ({head})" if rest else f"Ghi nhận: {text.title}"
            return replace(text, title=title, paragraphs=tuple(map(_reworded, text.paragraphs)))


def _reworded(paragraph: str) -> str:
    for word, other in _EXCHANGED.items():
        paragraph = paragraph.replace(word, other)
    return paragraph
