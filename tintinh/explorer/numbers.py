"""Numbers and periods as a reader of either language writes them."""

from __future__ import annotations

from corpus.periods import start
from tintinh.bilingual import Language


def percent(share: float | None, language: Language, decimals: int = 1) -> str:
    """A share in percent (``8,6 %``, in English ``8.6 %``); ``–`` where there is none."""
    if share is None:
        return "–"
    text = f"{100 * share:.{decimals}f}"
    return f"{text.replace('.', ',') if language == 'vi' else text}\u00a0%"


def period_name(name: str) -> str:
    """A period as it is read in both languages: ``05/03/2024``, ``2024-W07``, ``3/2024``, ``Q1/2024``, ``2024``."""
    day = start(name)
    if len(name) == 10:
        return f"{day:%d/%m/%Y}"
    if len(name) == 7:
        return f"Q{name[6]}/{day.year}" if name[5] == "Q" else f"{day.month}/{day.year}"
    return name
