"""Page to draft: pure, the same for a page fetched now and one read from the archive.

Three readers share one judgement: a source's rules where its layout fits, else the generic reader, and for text saved
from the screen the screen reader. The draft says which one it was.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from itertools import islice, pairwise
from urllib.parse import urljoin, urlsplit

from corpus.records import BODY_KINDS, Block, BlockKind, Page
from corpus.text import clean, fold
from corpus.text import line as one_line
from crawler.address import address
from crawler.errors import Rejected
from crawler.extract import generic, phrases, rules, screen
from crawler.extract.dates import printed_date
from crawler.extract.decode import utf_8
from crawler.extract.draft import Draft, Extractor, Line, Role
from crawler.extract.fields import complete, readers
from crawler.extract.judge import Story, judge
from crawler.extract.marks import is_around
from crawler.extract.markup import Node, body_of, lines_of, parse, text_in
from crawler.extract.people import is_byline
from crawler.extract.structured import Structured, structured
from crawler.extract.title import claims, page_title, without_site
from crawler.source import Source

VERSION = "4"
"""Raised when the same page can give another draft; stored with every article."""

_FIELDS = frozenset({"date", "updated", "section", "place", "tags"})

__all__ = ["VERSION", "Draft", "extract"]


def extract(page: Page, source: Source | None = None, *, outside: bool = False) -> Draft:
    """What ``page`` says; a page that is no article raises ``Rejected`` with a named reason.

    With ``outside`` the draft tells of what stands around the story, too, which needs a look at the whole page.
    """
    if page.status >= 400:
        raise Rejected(f"http_{page.status}", f"{page.url}: the server answered {page.status}")
    octets = utf_8(page)
    kind = (page.header("content-type") or "").split(";")[0].strip().lower()
    if kind == "text/plain":
        return _from_text(page, clean(octets.decode("utf-8", "surrogatepass")), source, outside)
    if kind and "html" not in kind and "xml" not in kind and not _looks_like_html(octets):
        raise Rejected("not_html", f"{page.url}: is {kind}, not an HTML page")
    return _from_html(page, octets, source, outside)


def _looks_like_html(octets: bytes) -> bool:
    head = octets[:2000].lower()
    return b"<html" in head or b"<!doctype html" in head or b"<body" in head


def _from_html(page: Page, octets: bytes, source: Source | None, outside: bool) -> Draft:
    root = parse(octets, page.url)
    body = body_of(root, page.url)
    facts = structured(root)
    found = _fit(root, source) if source is not None else None
    by_rules: frozenset[str] = frozenset()
    if found is None:
        column = body
        pairs = lines_of(body)
        fields = generic.mark_page(pairs, root, facts)
    else:
        column = rules.column(body, found, claims(facts, page_title(root)))
        pairs = lines_of(column)
        fields = rules.mark(pairs, column, root, found)
        by_rules = frozenset({line.role for line, _ in pairs if line.role} | {role for role in fields if fields[role]})
        # What the layout names no selector for, or where it finds nothing, is left to the generic reader.
        fields = {**generic.fill_in(pairs, root, facts, known=fields.keys()), **fields}
    if not any(line.role == "body" for line, _ in pairs):
        raise Rejected("not_an_article", f"{page.url}: no running text was found on the page")
    around = _around(body, column) if outside else None
    extractor: Extractor = "generic" if found is None else "rules"
    draft = _draft(page, [line for line, _ in pairs], facts, extractor, fields, around, by_rules)
    if found is None:
        _refuse_listing(page, draft)
    return complete(draft, root, pairs, facts, page.url)


def _around(body: Node, column: Node) -> tuple[list[Line], list[Line]]:
    """The lines of a page before and behind a column of it."""
    if column is body:
        return [], []
    inside = set(column.iter())
    lines = lines_of(body)
    first = next((line.order for line, element in lines if element in inside), len(lines))
    others = [line for line, element in lines if element not in inside]
    return [line for line in others if line.order < first], [line for line in others if line.order > first]


def _fit(root: Node, source: Source) -> rules.Fit | None:
    """The layout that describes this page; of several that do, the one in force on the day the page prints."""
    fits = (found for layout in source.layout if (found := rules.fit(root, layout)) is not None)
    dated = any(layout.until for layout in source.layout)
    fitting = list(fits if dated else islice(fits, 1))
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    for found in fitting:
        dates = [text_in(element) for element in rules.select(root, found.layout.date)] if found.layout.date else []
        printed = next((date for date in map(printed_date, dates) if date is not None), None)
        if printed is not None:
            in_force = source.layouts_on(printed.when.date())
            return min(fitting, key=lambda one: in_force.index(one.layout) if one.layout in in_force else len(in_force))
    return fitting[0]


def _from_text(page: Page, text: str, source: Source | None, outside: bool) -> Draft:
    lines = screen.lines_of_text(text)
    screen.mark_text(lines)
    if not any(line.role == "body" for line in lines):
        raise Rejected("not_an_article", f"{page.url}: no title with running text below it was found")
    return _draft(page, lines, Structured(), "screen", {}, ([], []) if outside else None)


def _draft(
    page: Page,
    lines: list[Line],
    facts: Structured,
    extractor: Extractor,
    fields: Mapping[Role, tuple[str, ...]],
    around: tuple[list[Line], list[Line]] | None,
    by_rules: Collection[str] = (),
) -> Draft:
    def field(role: Role) -> str | None:
        texts = fields.get(role) or tuple(line.text for line in lines if line.role == role)
        return " ".join(texts) or None

    title = field("title")
    if not title and facts.title:
        title = without_site(facts.title, facts.site_name)
    if not title:
        raise Rejected("no_title", f"{page.url}: no title was found")
    inside = [line for line in lines if line.role in {"lead", "body", "caption", "byline", "drop"}]
    first = min(line.order for line in inside if line.role in {"lead", "body"})
    # What is dropped above the story (share buttons …) lies around it.
    inside = [line for line in inside if line.role != "drop" or line.order >= first]
    story = judge(inside, title, screen=extractor == "screen")
    if not any(block.kind is BlockKind.BYLINE for block in story.blocks):
        story.blocks[:0] = [Block(BlockKind.BYLINE, text) for text in fields.get("byline", ()) if is_byline(text)]
    _refuse_empty(page, story)
    date, section, tags = field("date"), field("section"), _tags(fields.get("tags", ()))
    place, updated = field("place") or story.place, field("updated")
    outside: list[Block] = []
    if around is not None:
        orders = {line.order for line in inside}
        others = [*around[0], *(line for line in lines if line.order not in orders), *around[1]]
        outside = _outside(others, {title, date, updated, section, field("place"), *tags})
    printed: dict[Role, object] = {
        "title": field("title"), "lead": story.lead, "date": date, "section": section, "tags": tags, "place": place,
        "byline": any(block.kind is BlockKind.BYLINE for block in story.blocks),
    }  # fmt: skip
    claimed: dict[Role, object] = {"title": title, "section": facts.section, "tags": facts.tags}
    return Draft(
        url=_canonical(page, facts),
        extractor=extractor,
        title=one_line(title),
        lead=story.lead,
        blocks=tuple(story.blocks),
        outside=tuple(outside),
        date_text=date,
        machine_dates=facts.dates,
        machine_authors=facts.authors,
        section=section or facts.section,
        tags=tags or facts.tags,
        place=place,
        site_name=facts.site_name,
        updated_text=updated,
        machine_updated=facts.updated,
        readers=readers(extractor, by_rules, *([role for role in said if said[role]] for said in (printed, claimed))),
        fetched_at=page.fetched_at,
    )


def _tags(printed: tuple[str, ...]) -> tuple[str, ...]:
    found = (text.strip(" #,;:") for text in printed)
    return tuple(dict.fromkeys(tag for tag in found if tag and fold(tag) not in {"tu khoa", "tags", "tag"}))


def _canonical(page: Page, facts: Structured) -> str:
    """The page's own address for itself where it lies on the same host, else the one that answered."""
    if facts.canonical:
        try:
            claimed = urljoin(page.url, facts.canonical)
            host = urlsplit(address(claimed)).hostname or ""
        except ValueError:  # "https://[0/", "https://bao.vn:99999/": not an address at all
            return page.url
        if host.removeprefix("www.") == (urlsplit(page.url).hostname or "").removeprefix("www.") and urlsplit(
            claimed
        ).path not in {"", "/"}:
            return claimed
    return page.url


def _outside(lines: list[Line], kept: Container[str | None]) -> list[Block]:
    """What stands around the story, each line dropped under the reason of the box it lies in.

    ``kept`` are the texts of the draft's own fields; a field's line that says more is dropped under the field's name.
    """
    blocks: list[Block] = []
    box = "navigation"
    for line in lines:
        if line.role == "title" or (line.role in _FIELDS and line.text in kept):
            continue
        box = phrases.ender(line.text) or box
        reason = line.role if line.role in _FIELDS else phrases.stray(line.text)
        reason = reason or (box if box != "navigation" or not is_around(line.marks) else "navigation")
        blocks.append(Block(BlockKind.DROPPED, line.text, reason))
    return blocks


def _refuse_empty(page: Page, story: Story) -> None:
    running = [block.text for block in story.blocks if block.kind in BODY_KINDS or block.kind is BlockKind.LEAD]
    words = sum(len(text.split()) for text in running)
    captions = sum(block.kind is BlockKind.CAPTION for block in story.blocks)
    # 25 words: the shortest real notices measured have 40; a photo story may have no more than captions.
    if words < 25 and captions < 3:
        raise Rejected("not_an_article", f"{page.url}: only {words} words of running text were found")


def _refuse_listing(page: Page, draft: Draft) -> None:
    """A section page or home page read by the generic reader: as many linked headlines among the text as paragraphs.

    In a listing they take turns with short summaries; a story of few, long paragraphs may have a box or two of them.
    """
    kinds = [block.kind for block in draft.blocks]
    last = max((index for index, kind in enumerate(kinds) if kind is BlockKind.PARAGRAPH), default=0)
    # Links below the last paragraph are a related box, which many articles have.
    related = [block.reason == "related" for block in draft.blocks[:last]]
    links = sum(related)
    boxes = sum(here and not before for before, here in pairwise([False, *related]))
    paragraphs = kinds.count(BlockKind.PARAGRAPH)
    words = sum(len(block.text.split()) for block in draft.blocks if block.kind is BlockKind.PARAGRAPH)
    if links >= 5 and links >= paragraphs and (boxes > 3 or words < 20 * links):
        raise Rejected("not_an_article", f"{page.url}: is a list of {links} links, not an article")
