"""Changes of a page that a reader of it does not see: another reading of the changed page is a mistake of ours.

Each change is made on the text of the page, not on a parsed tree: a tree written out again would have mended what is
broken in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from benchmarks.recorded import Case

_TAG = r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
_SILENT = re.compile(rf"(<!--.*?-->|<script\b.*?</script>|<style\b.*?</style>|{_TAG})", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"(?<=<)/?[a-zA-Z][a-zA-Z0-9]*")
_OPENING = re.compile(r"<(?:p|div|span|a|li|td|h[1-6]|img|em|strong)(?=[\s>])", re.IGNORECASE)

_CLOCK_AND_LINKS = """<div class="tin-moi-cap-nhat"><h3>Tin mới nhất</h3><ul>
<li><a href="/a-900001.html">Thôn Khe Ngang đón điện lưới sau nhiều năm chờ đợi</a></li>
<li><a href="/a-900002.html">Hội đua thuyền thúng Bến Cát lùi sang tuần sau</a></li>
<li><a href="/a-900003.html">Tìm chủ nhân chiếc ví bỏ quên trên chuyến xe sớm</a></li>
</ul><span class="dong-ho">Chủ nhật, 31/12/2045 23:59</span></div>"""
_NOTICE = (
    '<div class="thong-bao-cookie"><p>Trang này dùng cookie để nhớ cỡ chữ bạn chọn.</p><button>Tôi hiểu</button></div>'
)


def _in_texts(page: str, change: Callable[[str], str]) -> str:
    """``page`` with its texts, from the body on, put through ``change``; tags, scripts and comments stay."""
    at = page.lower().find("<body")
    parts = _SILENT.split(page[at:])
    return page[:at] + "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def comments(page: str, chance: random.Random) -> str:
    """A comment behind every third closing tag."""
    return re.sub(
        r"</(?:p|div|td|li|h\d)>",
        lambda tag: tag.group() + ("<!-- hết khối -->" if chance.random() < 1 / 3 else ""),
        page,
        flags=re.IGNORECASE,
    )


def line_ends(page: str, chance: random.Random) -> str:
    """A line end in place of every eighth space of a text, as editors that break long lines leave it."""
    return _in_texts(page, lambda text: re.sub(" ", lambda _: "\r\n" if chance.random() < 1 / 8 else " ", text))


def capital_tags(page: str, chance: random.Random) -> str:
    """The names of all tags in capitals, as old editors write them; where they are capitals, in small letters."""
    parts = _SILENT.split(page)
    return "".join(
        _NAME.sub(lambda name: name.group().swapcase(), part)
        if number % 2 and not part.lower().startswith(("<!", "<script", "<style"))
        else part
        for number, part in enumerate(parts)
    )


def attributes(page: str, chance: random.Random) -> str:
    """One more attribute on each tag, as frameworks add it."""
    mark = f"{chance.randrange(1 << 32):08x}"
    parts = _SILENT.split(page)
    return "".join(
        _OPENING.sub(lambda tag: f'{tag.group()} data-v-{mark}=""', part) if number % 2 else part
        for number, part in enumerate(parts)
    )


def invisible(page: str, chance: random.Random) -> str:
    """A zero-width space behind every tenth space of a text."""
    return _in_texts(page, lambda text: re.sub(" ", lambda _: " \u200b" if chance.random() < 1 / 10 else " ", text))


def more_around(page: str, chance: random.Random) -> str:
    """A notice above all, and below all one more box of links with a clock of the far future."""
    page = re.sub(r"(<body[^>]*>)", lambda tag: tag.group() + _NOTICE, page, count=1, flags=re.IGNORECASE)
    before, end, after = page.rpartition("</body>")
    return before + _CLOCK_AND_LINKS + end + after


HARMLESS: dict[str, Callable[[str, random.Random], str]] = {
    change.__name__: change for change in (comments, line_ends, capital_tags, attributes, invisible, more_around)
}


def changed(case: Case, change: str, seed: int) -> Case:
    """``case`` with one of the ``HARMLESS`` changes; the same for the same seed."""
    chance = random.Random(f"{seed}/{change}/{case.name}")  # noqa: S311 - variety, not secrets
    text = HARMLESS[change](case.text, chance)
    return replace(case, page=replace(case.page, body=text.encode(case.encoding)))
