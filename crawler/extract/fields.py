"""What a page says of a story beside its text: the way to it, its pictures, the site's name, and who read what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from crawler.extract import breadcrumb
from crawler.extract.draft import Draft, Role
from crawler.extract.markup import Lines, Node
from crawler.extract.pictures import base_of, pictures_of
from crawler.extract.structured import Structured
from crawler.extract.title import page_title, without_site


def complete(draft: Draft, root: Node, lines: Lines, facts: Structured, url: str) -> Draft:
    """``draft`` of the page at ``url`` with its breadcrumb, pictures and the site's name."""
    title = next((line.order for line, _ in lines if line.role == "title"), 0)
    site_name = _site_name(facts, page_title(root))
    steps = facts.breadcrumb or breadcrumb.printed(lines, title) or breadcrumb.elsewhere(root)
    path = breadcrumb.of_story(steps, draft.title, site_name)
    section = draft.section or (path[-1] if path else None)
    return replace(
        draft,
        site_name=site_name,
        breadcrumb=path,
        section=section,
        readers={**draft.readers, "section": "structured"} if section and not draft.section else draft.readers,
        pictures=pictures_of(
            lines,
            {line.order for line, _ in lines if line.role in {"lead", "body", "caption", "byline"}},
            draft.blocks,
            base_of(root, url, facts.canonical),
        ),
    )


def _site_name(facts: Structured, title: str) -> str | None:
    """The site's name: the one given to machines, unless that is an address and the title ends in a name."""
    printed = title[len(without_site(title, None)) :].strip(" |»·•-–—") or None
    if facts.site_name and (" " in facts.site_name or printed is None):
        return facts.site_name
    return printed or facts.site_name


def readers(
    extractor: str, by_rules: Collection[str], printed: Collection[Role], structured: Collection[Role]
) -> dict[str, str]:
    """Who read each field: ``printed`` ones were found on the page, by a rule where ``by_rules`` names them."""
    found = {"body": extractor}
    for role in printed:
        name = "authors" if role == "byline" else role
        found[name] = "screen" if extractor == "screen" else "rules" if role in by_rules else "generic"
    return found | {role: "structured" for role in structured if role not in printed}
