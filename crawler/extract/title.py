"""The title: the heading of a page that is most like what the page calls itself."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import takewhile

from corpus.text import fold, match_key
from crawler.extract.dates import is_date_line
from crawler.extract.draft import Line
from crawler.extract.marks import is_around
from crawler.extract.markup import Lines, Node
from crawler.extract.structured import Structured

_TITLE_MARK = re.compile(r"title|headline|tieu-?de|heading")
_SITE_SUFFIX = re.compile(r"\s+(?:[|»·•]|[-–—])\s+(?P<site>[^|»·•–—]{2,60})$")


def page_title(root: Node) -> str:
    """What the document's title element says, on one line."""
    element = root.find(".//title")
    return " ".join((element.text or "").split()) if element is not None else ""


def without_site(title: str, site_name: str | None) -> str:
    """A title without the site's name behind it (``… - Báo Cần Thơ Online``)."""
    found = _SITE_SUFFIX.search(title)
    if found is None:
        return title
    site = fold(found["site"])
    known = site_name is not None and fold(site_name) in (site, site.removeprefix("bao "))
    if known or re.match(
        r"(?:bao|dai|cong|trang|tap chi|so |ban |ubnd|tin tuc|vnexpress|vov|ttxvn|www)\b"
        r"|.*\.(?:vn|com|net|org)\b|.*\bonline$",
        site,
    ):
        return title[: found.start()].rstrip()
    return title


def claims(facts: Structured, page_title: str) -> list[str]:
    """The match keys of what a page calls itself, without the site's name."""
    return [match_key(without_site(claim, facts.site_name)) for claim in (facts.title, page_title) if claim]


def title_line(lines: Lines, before: int, facts: Structured, page_title: str) -> Line | None:
    """The line that prints the title: the heading most like what the page calls itself, nearest above the body."""
    claimed = claims(facts, page_title)
    best: tuple[float, Line] | None = None
    for line, _ in lines:
        if line.order > before or not 8 <= len(line.text) <= 320 or is_date_line(line.text):
            continue
        key = match_key(line.text)
        alike = max((_alike(key, claim) for claim in claimed), default=0.0)
        score = 3 * alike
        score += 1.0 if line.tag == "h1" else 0.5 if line.tag in {"h2", "h3"} else 0.0
        score += 0.8 if _TITLE_MARK.search(line.marks[:40]) else 0.0
        score -= 0.8 if line.link_share > 0.5 and alike < 0.9 else 0.0
        score -= 0.5 if is_around(line.marks) and alike < 0.9 else 0.0
        score += 0.3 * (1 - min(abs(before - line.order), 30) / 30)
        if score >= 1.0 and (best is None or score > best[0]) and (alike >= 0.5 or not _heads_links(line, lines)):
            best = (score, line)
    return best[1] if best else None


def _heads_links(line: Line, lines: Lines) -> bool:
    """Whether a list of links stands right below a line: six of them, or three longer than buttons are."""
    linked = list(takewhile(lambda other: other[0].link_share > 0.8, lines[line.order + 1 : line.order + 7]))
    return len(linked) == 6 or sum(len(other.text) >= 20 for other, _ in linked) >= 3


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) >= 20 and (one in other or other in one):
        return min(len(one), len(other)) / max(len(one), len(other))
    # The ratio of two texts is at most 2 · short / (short + long).
    if 2 * min(len(one), len(other)) <= 0.8 * (len(one) + len(other)):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > 0.8 else 0.0
