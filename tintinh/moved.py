"""Which outlets moved: their last four weeks against their own year, told as findings of severity ``note``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from corpus.nights import Finding
from corpus.records import VIETNAM
from tintinh.language import heading, tell

if TYPE_CHECKING:
    from corpus.findings import NightFindings
    from corpus.store import Corpus
    from nlp.drift import Distance, Drift

KIND = "drift"
# A sample keeps sixty outlets to some ten seconds of one core. Twelve times as many for thirteen times as long: four
# weeks of the history then hold about as many stories as the last four, and are as far from the rest by chance.
_RECENT, _HISTORY = 40, 480


def moved(
    corpus: Corpus, nights: Sequence[NightFindings], advance: Callable[[int], object] = lambda steps: None
) -> dict[str, Finding]:
    """For each source of ``nights`` that moved in the four weeks up to its last night: the finding that says how."""
    from corpus.sampled import sampled
    from nlp.drift import HISTORY_DAYS, RECENT_DAYS, drift

    found = {}
    for night in nights:
        end = night.started_at.astimezone(VIETNAM).date()
        before = end - timedelta(days=RECENT_DAYS)
        first = before - timedelta(days=HISTORY_DAYS - 1)
        recent = sampled(corpus.connection, night.source, before + timedelta(days=1), end, _RECENT)
        history = sampled(corpus.connection, night.source, first, before, _HISTORY) if recent else []
        measured = drift(history, recent, end)
        if measured is not None and measured.moved:
            found[night.source] = _finding(night.source, measured)
        advance(1)
    return found


def _finding(source: str, measured: Drift) -> Finding:
    what = [name for name, one in (("themes", measured.scores), ("words", measured.words)) if one.moved]
    came = f"came: {', '.join(word for word, _, _ in measured.came)}" if measured.came else ""
    went = f"went: {', '.join(word for word, _, _ in measured.went)}" if measured.went else ""
    sentence = (
        f"{source}: its {' and '.join(what)} moved in four weeks: {measured.theme} "
        f"{measured.before:.2f} → {measured.now:.2f}; words that {'; '.join(filter(None, [came, went]))}"
    )
    evidence = {
        "stories": measured.stories,
        "earlier": measured.earlier,
        "distances": {"themes": _plain(measured.scores), "words": _plain(measured.words)},
        "theme": {"theme": measured.theme, "before": round(measured.before, 4), "now": round(measured.now, 4)},
        "came": _words(measured.came),
        "went": _words(measured.went),
    }
    return Finding(source, KIND, "note", sentence, evidence)


def _plain(one: Distance) -> dict[str, Any]:
    return {
        "now": round(one.now, 4),
        "usual": round(one.usual, 4),
        "limit": round(one.limit, 4),
        "windows": one.windows,
        "moved": one.moved,
    }


def _words(words: Sequence[tuple[str, float, float]]) -> list[dict[str, Any]]:
    return [{"word": word, "before": round(before, 4), "now": round(now, 4)} for word, before, now in words]


def told(finding: Finding) -> list[str]:
    """The evidence of a finding of this kind as lines for a person."""
    evidence = finding.evidence
    lines = [
        tell(
            "{stories} stories of four weeks against {earlier} of the year before",
            stories=evidence["stories"],
            earlier=evidence["earlier"],
        )
    ]
    for name, one in evidence["distances"].items():
        facts = tell(
            "distance {now:.3f}, usually {usual:.3f}, a move from {limit:.3f} on "
            "(learnt from {windows} windows of its year)",
            **{key: one[key] for key in ("now", "usual", "limit", "windows")},
        )
        lines.append(f"{heading(name)}: {facts}" + ("" if one["moved"] else tell(": not moved")))
    for side in ("came", "went"):
        shares = ", ".join(f"{one['word']} {one['before']:.0%} → {one['now']:.0%}" for one in evidence[side])
        if shares and side == "came":
            lines.append(tell("words that came, by share of stories: {shares}", shares=shares))
        elif shares:
            lines.append(tell("words that went, by share of stories: {shares}", shares=shares))
    return lines
