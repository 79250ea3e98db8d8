"""What a forgetting takes and leaves, told before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.forgetting import Plan
from corpus.forgotten import Match, spelled
from crawler.forgetting import Looked, set_aside_files
from tintinh.named import Named, named_in


def as_lines(going: Plan, looked: list[Looked], archive: Path) -> Iterator[str]:
    """What goes, and what stays, for people."""
    for story in going.stories:
        yield f"article {story.id}  {story.day or 'no date'}  {story.source or '(no source)'}  {story.title}"
        yield from (f"  {url}" for url in story.addresses)
        if story.editions > 1:
            yield f"  in {story.editions} editions"
        if story.copies:
            count = f"{len(story.copies)} copies" if len(story.copies) > 1 else "1 copy"
            yield f"  {count} at other outlets stay; name them to forget them, too:"
            yield from (f"    article {one.id}  {one.source or '(no source)'}  {one.url}" for one in story.copies)
    told = {url for story in going.stories for url in story.addresses}
    for url in going.addresses:
        if url not in told:
            yield f"address without a story  {url}"
    met = Match(frozenset(map(spelled, going.addresses)))
    for url in going.asked:
        if not met(url):
            yield f"not in the corpus; it will not be fetched  {url}"
    for domain in going.domains:
        yield f"domain  {domain}  nothing of it will be fetched; delete the source file that names it"
    for one in looked:
        if one.goes:
            kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(one.kinds.items()))
            yield f"archive  {one.path.relative_to(archive)}  {kinds or 'a cut record'} of {one.records} records"
        for fault in one.faults:
            yield f"look at this yourself: {fault}; what lies there could not be looked at"
    for path in set_aside_files(archive):
        yield f"look at this yourself: {path}: a damaged file that was set aside may hold it; delete it if it can go"


def naming(going: Plan, folders: tuple[Path, ...], corpus: Path) -> Iterator[str]:
    """What else names it, a line each."""
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
