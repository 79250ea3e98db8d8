"""Proposal: a source made of what a survey saw, with the articles it reads and where its readings differ. Pure."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from corpus.text import match_key
from crawler.extract import rules as source_rules
from crawler.extract.dates import printed_date
from crawler.extract.structured import structured
from crawler.extract.title import without_site
from crawler.propose.about import About, about, id_of
from crawler.propose.answers import ProposalError
from crawler.propose.fields import Specimen, is_clock
from crawler.propose.layouts import (
    READ,
    Reading,
    agreement,
    improved_keys,
    own_layouts,
    platform_fits,
    readings,
    with_layouts,
)
from crawler.propose.links import tree
from crawler.propose.selectors import cost, hits, selectors
from crawler.propose.site import ENOUGH
from crawler.propose.survey import Survey, next_link, probe
from crawler.propose.writing import toml
from crawler.publishing import Layout, load_platform
from crawler.source import Source, read_source

How = Literal["live", "rehearsal", "saved"]
"""Where the pages came from: the open net, a mirror on this machine, a folder of saved pages."""

_SEEN = {
    "live": "live articles on {day}",
    "rehearsal": "articles of a mirror on this machine on {day}, never tried live",
    "saved": "saved articles on {day}, never tried live",
}


@dataclass(frozen=True)
class Proposal:
    """A source that could be written: ``toml`` is its file, ``read`` the articles by its rules, ``notes`` what a person
    should know before writing it."""

    source: Source
    toml: str
    read: tuple[Reading, ...]
    platform_agreement: float | None
    agreement: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Rules:
    """How articles are read: a platform, layouts of the source's own, or both."""

    platform: str | None
    layouts: tuple[Layout | dict[str, Any], ...]
    pattern: str | None
    platform_agreement: float | None


def propose(survey: Survey, *, how: How, day: date, source_id: str | None = None, looked_at: bool = False) -> Proposal:
    """The source that fits what ``survey`` saw on ``day``.

    ``looked_at`` says that a person will have seen the articles before the file is written: only then, and only of
    pages fetched live, does it say ``verified = "live"``. Raises ``ProposalError`` where fewer than five articles were
    read (saved ones suffice for a known platform), and where the running text is in no element that they share.
    """
    specimens = [Specimen(page, draft) for page, draft in survey.read]
    if not specimens and how == "saved":
        raise ProposalError(
            f"{survey.home}: none of the {len(survey.pattern.matched)} articles that the pages link to can be read "
            f"among them; save {ENOUGH} of these, such as {survey.pattern.matched[0]}"
        )
    if not specimens or (how != "saved" and len(specimens) < ENOUGH):
        said = "; ".join(survey.unread[:2]) or "none was linked to"
        raise ProposalError(
            f"{survey.home}: {len(specimens)} articles could be read, {ENOUGH} were expected ({said}); give the "
            "address of a section with more, or save articles by hand and give --saved"
        )
    rules = _rules(specimens, survey)
    outlet = about(survey, specimens)
    text = _text(survey, specimens, rules, outlet, how=how, day=day, source_id=source_id, looked_at=looked_at)
    source = _checked(text)
    read = tuple(readings(specimens, source))
    return Proposal(
        source=source,
        toml=text,
        read=read,
        platform_agreement=rules.platform_agreement,
        agreement=agreement(read),
        notes=tuple(_notes(survey, outlet, source, read)),
    )


def _rules(specimens: Sequence[Specimen], survey: Survey) -> _Rules:
    stand_in = probe(survey.home)
    fit = next(iter(platform_fits(specimens, stand_in)), None)
    own = own_layouts(specimens, stand_in, survey.labels) if len(specimens) >= ENOUGH else []
    reached = agreement(readings(specimens, with_layouts(stand_in, own))) if own else 0.0
    if fit is not None and own and not fit.matches and reached >= fit.agreement:
        # Names like "#content" fit many sites; that the addresses differ says that this is another system.
        fit = None
    if fit is None and len(specimens) < ENOUGH:
        raise ProposalError(
            f"{survey.home}: {len(specimens)} articles could be read and no known platform fits them; "
            f"save {ENOUGH} articles at least"
        )
    if fit is None and not own:
        raise ProposalError(
            f"{survey.home}: no element holds the running text on most of {len(specimens)} articles; "
            "write the file by hand as in docs/adding-a-source.md, or leave the outlet to the generic reader with "
            'platform = "headline"'
        )
    if fit is None or fit.agreement < reached - 0.02:
        keys = _keys_over(fit.platform, specimens, stand_in, own) if fit is not None and own else {}
        if fit is not None and keys:
            return _Rules(fit.platform, (keys,), _own_pattern(fit.platform, survey), fit.agreement)
        return _Rules(None, tuple(own), survey.pattern.pattern, fit.agreement if fit else None)
    return _Rules(fit.platform, (), _own_pattern(fit.platform, survey), fit.agreement)


def _keys_over(platform: str, specimens: Sequence[Specimen], stand_in: Source, own: Sequence[Layout]) -> dict[str, Any]:
    """Keys over a platform's first layout that make it read as well as ``own`` does; none where it cannot."""
    first = load_platform(platform).layout[0]
    if len(own) > 1 or any(source_rules.fit(one.root, first) is None for one in specimens):
        return {}
    keys = improved_keys(specimens, stand_in, first, own[0])
    together = agreement(readings(specimens, with_layouts(stand_in, [first.model_copy(update=keys)])))
    alone = agreement(readings(specimens, with_layouts(stand_in, own)))
    return keys if keys and together >= alone - 0.02 else {}


def _own_pattern(platform: str, survey: Survey) -> str | None:
    """The site's own pattern where the platform's does not match its articles, or matches its sections; else None."""
    shared = load_platform(platform).discover.article
    if shared is None:
        return survey.pattern.pattern
    matched = sum(re.search(shared, url) is not None for url in survey.pattern.matched)
    if matched < 0.9 * len(survey.pattern.matched) or any(re.search(shared, url) for url in survey.sections):
        return survey.pattern.pattern
    return None


def _text(
    survey: Survey,
    specimens: Sequence[Specimen],
    rules: _Rules,
    outlet: About,
    *,
    how: How,
    day: date,
    source_id: str | None,
    looked_at: bool,
) -> str:
    home = _root_of(survey)
    host = urlsplit(home).hostname or ""
    listed = (*survey.feeds, *survey.sitemaps, *survey.sections)
    seen = {urlsplit(url).hostname for url in (*listed, *(page.url for page, _ in survey.read))} | {host}
    shared = load_platform(rules.platform).discover if rules.platform else None
    following = next_selector(survey)
    feeds, sitemaps = (tuple(_short(url, home) for url in urls) for urls in (survey.feeds, survey.sitemaps))
    sections = tuple(_short(url, home) for url in survey.sections)
    if shared is not None and shared.next is not None and _shared_next_works(shared.next, survey):
        following = None
    origins = {"structured"} if is_clock(specimens) else {"printed", "structured"}
    dated = sum(one.article.published_from in origins for one in specimens)
    facts = (
        f"Proposed by tintinh from {len(specimens)} {_SEEN[how].format(day=day.isoformat())}; addresses, lists and "
        f"selectors as of then; name, kind and province are guesses"
    )
    return toml(
        outlet={
            "id": source_id or id_of(outlet.name, host),
            "name": outlet.name,
            "kind": outlet.kind,
            "home": home,
            "hosts": tuple(sorted(filter(None, seen), key=lambda one: (one != host, one))),
            "platform": rules.platform,
            "verified": "live" if how == "live" and looked_at else "saved page",
            "facts": facts,
            "datelines": outlet.datelines,
            "agency": outlet.agency,
        },
        province=outlet.province,
        discover={
            "article": rules.pattern,
            "feeds": feeds,
            "sitemaps": sitemaps,
            "sections": sections,
            "next": following,
        },
        expect={"min_dated_share": 0.0} if dated == 0 else {},
        layouts=rules.layouts,
        comments={
            "province": f"A guess from {outlet.province_from}.",
            "min_dated_share": "The articles read print no date; what can be dated is inferred from the text.",
        },
    )


def _root_of(survey: Survey) -> str:
    parts = urlsplit(survey.start.url if survey.start is not None else survey.home)
    return f"{parts.scheme}://{parts.netloc}/"


def _short(url: str, home: str) -> str:
    """An address on the home as its path."""
    return "/" + url.removeprefix(home) if url.startswith(home) else url


def next_selector(survey: Survey) -> str | None:
    """The selector of the link to a listing's next page; None where no listing has one that can be told."""
    offered: dict[str, None] = {}
    listings = [
        (root, next_link(root, page.url, survey)) for page in survey.listings if (root := tree(page)) is not None
    ]
    for _, element in listings:
        if element is not None:
            offered.update({"a[rel=next]": None} if element.get("rel") == "next" else {})
            offered.update(dict.fromkeys(selectors(element)))
    right = [css for css in offered if all(hits(root, css) == ([] if one is None else [one]) for root, one in listings)]
    return min(right, key=cost, default=None)


def _shared_next_works(css: str, survey: Survey) -> bool:
    return any(root is not None and hits(root, css) for root in map(tree, survey.listings))


def _checked(text: str) -> Source:
    """The source that the text declares, read as from its file."""
    found = re.match(r'id = "([^"]+)"', text)
    name = found[1] if found else "proposal"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.toml")
        path.write_text(text, encoding="utf-8")
        return read_source(path)


def _notes(survey: Survey, outlet: About, source: Source, read: Sequence[Reading]) -> list[str]:
    """What a person should know: guesses, what gave nothing, what the rules read otherwise than the generic reader."""
    notes = [f"name {outlet.name!r} and kind {outlet.kind!r} are guesses"]
    if outlet.province:
        notes.append(f"province {outlet.province!r} is a guess from {outlet.province_from}")
    else:
        notes.append(
            "no province is named in the name or address; for a provincial outlet add province = [{ name = … }]"
        )
    if outlet.agency:
        notes.append(f"all articles read are signed {outlet.agency}: taken for the agency's own site")
    if len(read) < ENOUGH:
        notes.append(f"articles read: {len(read)}; {ENOUGH} would make it sure")
    generic = sum(not one.by_rules for one in read)
    if generic:
        notes.append(f"no layout fits {generic} of {len(read)} articles; the generic reader reads them")
    counts = {name: sum(name in one.differs for one in read if one.by_rules) for name in READ}
    differing = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
    if differing:
        notes.append(f"of {len(read)} articles rules and generic reader differ in {differing}: look at these")
    if is_clock([one.specimen for one in read]):
        shown = read[0].specimen.draft.date_text
        notes.append(f"every article shows the date {shown!r}, a clock of the page; what prints the true one?")
    elif read and not any(one.specimen.draft.date_text for one in read):
        notes.append("no article was found to print its date: look for it, and give [[layout]] date")
    unlike = [claim for one in read if (claim := contradiction(one))]
    notes += unlike[:3]
    missed = [url for url in survey.pattern.missed if url not in {*survey.sections, *survey.unsaved}]
    if len(missed) > 0.2 * len(survey.pattern.matched):
        notes.append(f"{len(missed)} links that read like headlines do not match the article pattern, as {missed[0]}")
    if not (source.discover.feeds or source.discover.sitemaps):
        notes.append("no feed or sitemap was found")
    if survey.unsaved:
        notes.append(f"named by the pages but not saved, so not proposed: {', '.join(survey.unsaved)}")
    return notes + [f"gave nothing: {sentence}" for sentence in survey.unread]


def contradiction(reading: Reading) -> str | None:
    """Where an article's title or day is not what the page's structured data claims, in one sentence; else None."""
    if reading.article is None or reading.draft is None:
        return None
    facts = structured(reading.specimen.root)
    if facts.title and match_key(without_site(facts.title, facts.site_name)) != match_key(reading.article.title):
        return f"{reading.article.url}: the title read is {reading.article.title!r}, its data say {facts.title!r}"
    claimed = next((found for text in facts.dates if (found := printed_date(text)) is not None), None)
    read_on = reading.article.published_at
    if claimed is not None and (read_on is None or read_on.date() != claimed.when.date()):
        return f"{reading.article.url}: the date read is {read_on}, the page's data say {claimed.when}"
    return None
