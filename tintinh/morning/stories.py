"""The stories that most define the day: those that most outlets carried, with who carried them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.families import families
from corpus.store import Corpus
from nlp.themes import Theme
from tintinh.morning.period import Period

TOLD = 10


@dataclass(frozen=True, slots=True)
class Carried:
    """One outlet's printing of a story."""

    outlet: str
    url: str


@dataclass(frozen=True, slots=True)
class DayStory:
    """A story of the day. ``themes``: each with its probability (None for a label by hand), the surest first.

    ``sentence`` carried the first theme; it is empty where the story has no theme, or none was kept.
    """

    title: str
    url: str
    when: str
    province: str | None
    carried: tuple[Carried, ...]
    themes: tuple[tuple[Theme, float | None], ...]
    sentence: str


def day_stories(
    corpus: Corpus, period: Period, themes: Sequence[Theme], names: Mapping[str, str], told: int = TOLD
) -> list[DayStory]:
    """At most ``told`` stories of the period in the order of ``corpus.families``."""
    by_slug = {theme.slug: theme for theme in themes}
    rows = []
    for family in families(corpus.connection, replace(period.asked(), limit=told)):
        members = [found for one in family.members if (found := corpus.article(one)) is not None]
        if not members:
            continue
        # The head is the edition that was stored first; where it is older than the period, the first of the period.
        shown = next((one for one in members if one.id == family.head), members[0])
        carried: dict[str, Carried] = {}
        for one in members:
            source = one.article.source or ""
            carried.setdefault(source, Carried(names.get(source, source), one.article.url))
        tagging = shown.tagging
        given = tagging.themes if tagging else ()
        surest = sorted(
            ((by_slug[slug], tagging.scores.get(slug) if tagging else None) for slug in given if slug in by_slug),
            key=lambda pair: -(1 if pair[1] is None else pair[1]),
        )
        evidence = tagging.evidence.get(surest[0][0].slug, ()) if tagging and surest else ()
        rows.append(
            DayStory(
                title=shown.article.title,
                url=shown.article.url,
                when=f"{shown.article.published_at:%d/%m/%Y}" if shown.article.published_at else "",
                province=shown.article.province,
                carried=tuple(carried[source] for source in (*family.outlets, "") if source in carried),
                themes=tuple(surest),
                sentence=next(iter(evidence), ""),
            )
        )
    return rows
