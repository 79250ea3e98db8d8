"""What a forgetting takes and leaves, told before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.forgetting import Going, Plan
from corpus.forgotten import Match, spelled
from crawler.forgetting import Looked, set_aside_files
from tintinh.language import tell, translated
from tintinh.named import Named, named_in


def as_lines(going: Plan, looked: list[Looked], archive: Path) -> Iterator[str]:
    """What goes, and what stays, for people."""
    for story in going.stories:
        yield from _story_lines(story)
    told = {url for story in going.stories for url in story.addresses}
    for url in going.addresses:
        if url not in told:
            yield f"{tell('address without a story')}  {url}"
    met = Match(frozenset(map(spelled, going.addresses)))
    for url in going.asked:
        if not met(url):
            yield f"{tell('not in the corpus; it will not be fetched')}  {url}"
    for domain in going.domains:
        stop = tell("nothing of it will be fetched; delete the source file that names it")
        yield f"{tell('domain')}  {domain}  {stop}"
    for one in looked:
        yield from _archive_lines(one, archive)
    for path in set_aside_files(archive):
        yield tell(
            "look at this yourself: {path}: a damaged file that was set aside may hold it; delete it if it can go",
            path=path,
        )


def _story_lines(story: Going) -> Iterator[str]:
    named = (story.day or tell("no date"), story.source or tell("(no source)"), story.title)
    yield "  ".join((tell("article {id}", id=story.id), *named))
    yield from (f"  {url}" for url in story.addresses)
    if story.editions > 1:
        yield f"  {tell('in {editions} editions', editions=story.editions)}"
    if len(story.copies) == 1:
        yield f"  {tell('1 copy at another outlet stays; name it to forget it, too:')}"
    elif story.copies:
        copies = len(story.copies)
        yield f"  {tell('{copies} copies at other outlets stay; name them to forget them, too:', copies=copies)}"
    for copy in story.copies:
        yield f"    {tell('article {id}', id=copy.id)}  {copy.source or tell('(no source)')}  {copy.url}"


def _archive_lines(looked: Looked, archive: Path) -> Iterator[str]:
    if looked.goes:
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(looked.kinds.items()))
        of = tell("{kinds} of {records} records", kinds=kinds or tell("a cut record"), records=looked.records)
        yield f"{tell('archive')}  {looked.path.relative_to(archive)}  {of}"
    for fault in looked.faults:
        yield tell(
            "look at this yourself: {fault}; what lies there could not be looked at", fault=translated(str(fault))
        )


def naming(going: Plan, folders: tuple[Path, ...], corpus: Path) -> Iterator[str]:
    """What else names it, a line each, in English: programs read them, too."""
    addresses = list(dict.fromkeys([*going.addresses, *going.asked]))
    report = corpus.parent / "report.html"
    if report.is_file() and any(one.encode() in report.read_bytes() for one in addresses):
        yield f"names it: {report}; the next night writes it anew, or tintinh report"
    for folder in folders:
        for found in named_in(folder, addresses, going.match):
            if isinstance(found, Named):
                with_it = f" (its manifest: {found.manifest})" if found.manifest else ""
                yield f"names it, and stays as it is: {found.path}{with_it}"
            else:
                yield found


def as_object(going: Plan, looked: list[Looked], exports: list[str]) -> dict[str, Any]:
    """What goes, and what stays, for programs."""
    return {
        "stories": [asdict(story) for story in going.stories],
        "addresses": going.addresses,
        "domains": going.domains,
        "pages": len(going.pages),
        "archive": [
            {"file": str(one.path), "records": one.records, "gone": one.kinds, "faults": list(map(str, one.faults))}
            for one in looked
        ],
        "exports": exports,
    }
