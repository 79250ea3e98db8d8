"""The pattern of a site's article addresses, generalised from links. Pure.

An address says in its last step, or in its query, that it is an article: a number, a hexadecimal mark, a long slug.
Each gives a *form* (a regular expression); the forms that match most headlines and no label are the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_EXTENSION = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?P<slug>.+?)(?P<mark>[-_.](?:[a-z]{1,8})?)(?P<id>\d{3,})$", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"^.+-(?=[0-9a-f]*\d)[0-9a-f]{6,8}$")
_SLUG = re.compile(r"^(?:[A-Za-z0-9]+-){4,}[A-Za-z0-9]+$")
_SLUG_FORM = "/(?:[A-Za-z0-9]+-){4,}[A-Za-z0-9]+"
_MOST_FORMS = 3


def forms(url: str) -> list[str]:
    """The patterns that ``url`` could be an instance of, the plainest first; empty where it is no article's."""
    parts = urlsplit(url)
    if parts.query:
        return _query_forms(parts.path, parts.query)
    steps = [step for step in parts.path.split("/") if step]
    if not steps:
        return []
    end = "/?$" if parts.path.endswith("/") or not _EXTENSION.search(steps[-1]) else "$"
    extension = _EXTENSION.search(steps[-1])
    ending = re.escape(extension.group()) + end if extension else end
    stem = steps[-1][: extension.start()] if extension else steps[-1]
    folders = _number_folders(steps[:-1])
    found = []
    if numbered := _NUMBERED.match(stem):
        tail = f"{re.escape(numbered['mark'])}\\d+{ending}".replace("\\-", "-")
        # Without an extension a number alone ends many a section's address, too.
        found.append(tail if extension and not folders else f"{folders}/[^/]+{tail}")
    if _HEXADECIMAL.match(stem):
        found.append(f"{folders}/[A-Za-z0-9-]+-[0-9a-f]{{6,8}}{ending}")
    if stem.isdigit() and len(stem) >= 3:
        found.append(f"/\\d{{3,}}{ending}")
    if folders and not found:
        found.append(f"{folders}/[^/]+{ending}")
    if _SLUG.match(stem):
        found.append(f"{_SLUG_FORM}{ending}")
    return found


def _number_folders(folders: list[str]) -> str:
    """The steps of digits that stand directly before the last step (``/202606``, ``/12/3456``), as a pattern."""
    trailing: list[str] = []
    for step in reversed(folders):
        if not step.isdigit():
            break
        trailing.insert(0, "/\\d{6}" if len(step) == 6 else "/\\d{8}" if len(step) == 8 else "/\\d+")
    return "".join(trailing)


def _query_forms(path: str, query: str) -> list[str]:
    pairs = [pair.partition("=")[::2] for pair in query.split("&")]
    if not any(value.isdigit() for _, value in pairs):
        return []
    asked = "&".join(
        f"{re.escape(name)}=" + (r"\d+" if value.isdigit() else re.escape(value) if len(value) <= 12 else "[^&]+")
        for name, value in pairs
    )
    step = path.rsplit("/", 1)[-1]
    return [f"{re.escape(step)}\\?{asked}$" if step else f"[?&]{asked}$"]


def _reach(forms_: Iterable[str], urls: list[str], share: float) -> bool:
    """Whether any form matches that share of the addresses."""
    return any(sum(re.search(form, url) is not None for url in urls) >= share * len(urls) for form in forms_)


@dataclass(frozen=True, slots=True)
class ArticlePattern:
    """A pattern of article addresses; ``forms`` are its alternatives, ``matched`` the headlines' addresses it matches,
    ``missed`` those it does not."""

    forms: tuple[str, ...]
    matched: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The one regular expression."""
        return "|".join(self.forms)

    def matches(self, url: str) -> bool:
        """Whether ``url`` is an article's by this pattern."""
        return re.search(self.pattern, url) is not None


def article_pattern(headlines: Iterable[str], labels: Iterable[str], *, least: int = 5) -> ArticlePattern | None:
    """The pattern that matches the addresses under ``headlines`` and none of those under ``labels``.

    None where no form matches at least ``least`` headlines. A form may match one label in ten of its headlines: there
    are headlines of two words.
    """
    wanted = list(dict.fromkeys(headlines))
    unwanted = set(labels) - set(wanted)
    offered = dict.fromkeys(form for url in wanted for form in forms(url))
    # Sections and subjects have slugs, too: a slug alone is taken for an article's where nothing surer is.
    sure = [form for form in offered if not form.startswith(_SLUG_FORM)]
    chosen: list[str] = []
    left = wanted
    while left and len(chosen) < _MOST_FORMS:
        best: tuple[int, str] | None = None
        for form in offered if len(left) > 0.5 * len(wanted) and not _reach(sure, left, 0.5) else sure:
            hits = sum(re.search(form, url) is not None for url in left)
            false = sum(re.search(form, url) is not None for url in unwanted)
            enough = least if not chosen else max(3, round(0.1 * len(wanted)))
            # Of forms that match alike, the first: the plainest.
            if hits >= enough and false <= hits / 10 and (best is None or hits - 5 * false > best[0]):
                best = (hits - 5 * false, form)
        if best is None:
            break
        chosen.append(best[1])
        left = [url for url in left if re.search(best[1], url) is None]
    if not chosen:
        return None
    missed = tuple(left)
    return ArticlePattern(tuple(chosen), tuple(url for url in wanted if url not in missed), missed)
