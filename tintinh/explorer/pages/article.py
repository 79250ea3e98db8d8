"""One article: its text by what each piece is, what programs and people say of it, and where it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from corpus.export import flat, full
from corpus.limits import TookTooLong
from corpus.mentions import Entity, Mention
from corpus.querylang import read
from corpus.records import Tagging
from corpus.rows import StoredArticle
from corpus.store import Corpus
from tintinh.explorer.address import require_one_of
from tintinh.explorer.editions import editions
from tintinh.explorer.marking import Marker, parts
from tintinh.explorer.narrowing import to_named
from tintinh.explorer.view import NotThere, Shown, View, Visit
from tintinh.explorer.words import words

EDITIONS = 20
TWINS = 30
_WORTH_SAYING = 0.1
"""The lowest probability of a theme not given that is shown, as by ``tintinh show``."""
_SEARCHED = 300_000
"""Characters of a text in which words are marked: a hundred times an article, and a tenth of a second a word."""
_FOR_EDITIONS = 0.4
"""Of the time of a page: an outlet may have changed a story a thousand times."""


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme of one opinion: its probability (None: a person gave it), the sentences that carried it, and the address
    of the page with these marked (None where there are none)."""

    slug: str
    name: str
    probability: float | None
    primary: bool
    sentences: tuple[str, ...]
    marked: str | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """One tagging: who made it, what was given, what was weighed and not given."""

    by: str
    in_use: bool
    given: tuple[ThemeLine, ...]
    weighed: tuple[ThemeLine, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A place or partner that the article names, how often, and the search for it (None: there is none)."""

    entity: Entity
    times: int
    narrowed: str | None


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The article of the id in the address; ``theme`` marks the evidence of a theme, ``q`` the words of a search."""
    number = int(visit.place["place"])
    stored = corpus.article(number)
    if stored is None:
        raise NotThere(visit.t("article.none", number=number))
    mentions = corpus.mentions(number)
    row = flat(stored)
    return Shown(
        title=stored.article.title,
        facts=_facts(corpus, visit, stored, mentions) if visit.form == "html" else {},
        rows=[row],
        columns=tuple(row),
        more={"article": full(stored), "mentions": _as_rows(mentions), "page": _page_row(corpus, number)},
        cite=f"“{stored.article.title}”, {visit.outlet(stored.article.source)},"
        f" {visit.day(stored.article.published_at)}, {stored.article.url}",
    )


def _facts(
    corpus: Corpus, visit: Visit, stored: StoredArticle, mentions: list[tuple[Entity, Mention]] | None
) -> dict[str, Any]:
    theme = visit.beside.get("theme")
    if theme is not None:
        require_one_of("theme", theme, [known.slug for known in visit.site.themes])
    wanted = visit.beside.get("q")
    evidence = _evidence(stored, theme)
    looked_for = read(wanted) if wanted and len(stored.article.text) <= _SEARCHED else None
    marker = Marker(evidence, tuple(mentions or ()), looked_for)
    title, text = parts(stored.article, marker)
    others, number_of_others = corpus.twins(stored.id, TWINS)
    page = corpus.page_of(stored.id)
    return {
        "stored": stored,
        "article": stored.article,
        "title_runs": title,
        "text": text,
        "theme": theme,
        "words": wanted,
        "field_words": words(),
        "evidence": evidence,
        "opinions": [_opinion(visit, tagging, n == 0) for n, tagging in enumerate(stored.taggings)],
        "named": None if mentions is None else _named(visit, mentions),
        "twins": others,
        "more_twins": number_of_others - len(others),
        "page": page,
        "archived": page is not None and page.place is not None and visit.site.archive is not None,
        **_editions(corpus, visit, stored.id),
    }


def _editions(corpus: Corpus, visit: Visit, number: int) -> dict[str, Any]:
    try:
        with visit.deadline.within(_FOR_EDITIONS * visit.site.seconds):
            revisions = corpus.revisions(number)
    except TookTooLong:
        return {"editions": None, "number_of_editions": 0}
    shown = editions(revisions, EDITIONS) if len(revisions) > 1 else []
    return {"editions": shown, "number_of_editions": len(revisions)}


def _evidence(stored: StoredArticle, theme: str | None) -> tuple[str, ...]:
    """The sentences that carried a theme: of the opinion in use or, where a person gave it, of the newest with any."""
    if theme is None:
        return ()
    return next((found for tagging in stored.taggings if (found := tagging.evidence.get(theme))), ())


def _opinion(visit: Visit, tagging: Tagging, in_use: bool) -> Opinion:
    near = sorted(set(tagging.scores) - set(tagging.themes), key=lambda slug: (-tagging.scores[slug], slug))
    weighed = [slug for slug in near if tagging.scores[slug] >= _WORTH_SAYING]
    return Opinion(tagging.by, in_use, _lines(visit, tagging, tagging.themes), _lines(visit, tagging, weighed))


def _lines(visit: Visit, tagging: Tagging, slugs: Iterable[str]) -> tuple[ThemeLine, ...]:
    number, wanted = visit.place["place"], visit.beside.get("q")
    return tuple(
        ThemeLine(
            slug,
            visit.theme(slug),
            tagging.scores.get(slug),
            slug == tagging.primary,
            tagging.evidence.get(slug, ()),
            visit.link("article", place=number, q=wanted, theme=slug) + "#text" if tagging.evidence.get(slug) else None,
            slug == visit.beside.get("theme"),
        )
        for slug in slugs
    )


def _named(visit: Visit, mentions: list[tuple[Entity, Mention]]) -> dict[str, list[Named]]:
    """What is named, by kind, the most often first; a country that only says where a place lies is left out."""
    times = Counter(entity.id for entity, mention in mentions if mention.rule != "qualifies")
    entities = {entity.id: entity for entity, _ in mentions}
    kinds: dict[str, list[Named]] = {}
    for number, count in times.most_common():
        entity = entities[number]
        kinds.setdefault(entity.kind, []).append(Named(entity, count, to_named(visit, entity)))
    return kinds


def _as_rows(mentions: list[tuple[Entity, Mention]] | None) -> list[dict[str, Any]] | None:
    if mentions is None:
        return None
    return [
        {"entity": entity.id, "kind": entity.kind, "name": entity.name, "start": mention.start, "end": mention.end,
         "rule": mention.rule}
        for entity, mention in mentions
    ]  # fmt: skip


def _page_row(corpus: Corpus, number: int) -> dict[str, Any] | None:
    page = corpus.page_of(number)
    if page is None:
        return None
    place = page.place
    return {
        "url": page.url,
        "requested_url": page.requested_url,
        "fetched_at": page.fetched_at,
        "status": page.status,
        "digest": page.digest,
        "file": place.file if place else None,
        "offset": place.offset if place else None,
        "length": place.length if place else None,
    }


VIEW = View("article", answer, asks=False, beside=("q", "theme"), place=r"\d{1,18}", in_menu=False)
