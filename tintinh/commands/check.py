"""``check``: whether this installation, its sources, its model, the corpus and the archive are sound."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import click

from tintinh.commands.options import archive_option, corpus_option
from tintinh.language import heading, tell, translated
from tintinh.output import say


@click.command("check", epilog="\b\nExamples:\n  tintinh check\n  tintinh check --sources-only")
@click.option("--sources-only", is_flag=True, help="Only what is in the checkout: packages, sources, themes, model.")
@corpus_option
@archive_option
def check_command(sources_only: bool, corpus_path: Path, archive_path: Path) -> int:
    """Check packages, sources, themes, model, corpus and archive; a sentence for each fault, exit code 1 then."""
    checks: list[Callable[[], list[str]]] = [_packages, _sources, _model]
    if not sources_only:
        checks += [lambda: _corpus(corpus_path), lambda: _archive(archive_path, corpus_path)]
    faults = [fault for check in checks for fault in check()]
    for fault in faults:
        say(f"✗ {translated(fault)}")
    if not faults:
        say(tell("all is well"))
    return 1 if faults else 0


def _told(what: str, facts: str) -> None:
    """A line on what was looked at."""
    click.echo(f"{heading(what):<10} {facts}")


def _packages() -> list[str]:
    """Our four packages must be ours: a foreign ``nlp`` or ``corpus`` in site-packages can win silently."""
    names = ("tintinh", "crawler", "corpus", "nlp")
    folders = {name: Path(str(importlib.import_module(name).__file__)).parents[1] for name in names}
    home = folders["tintinh"]
    _told("packages", tell("{names} in {home}", names=", ".join(names), home=home))
    return [
        f"package {name!r} is read from {folder}, not from {home}: another package of that name is in the way"
        for name, folder in folders.items()
        if folder != home
    ]


def _sources() -> list[str]:
    from crawler.errors import SourceError
    from crawler.source import SOURCES, read_source

    faults, good = [], 0
    for path in sorted(SOURCES.glob("*.toml")):
        try:
            read_source(path)
            good += 1
        except SourceError as error:
            faults.append(str(error))
    _told("sources", tell("{good} read from {folder}", good=good, folder=SOURCES))
    return faults


def _model() -> list[str]:
    from nlp.errors import NlpError
    from nlp.themes import load_themes
    from tintinh.commands.opinions import tagger_at

    try:
        themes = load_themes()
        tagger = tagger_at(None)
    except NlpError as error:
        return [str(error)]
    _told("themes", str(len(themes)))
    _told("model", tagger.by)
    missing = {theme.slug for theme in themes} ^ set(tagger.model.themes)
    return (
        [f"the model {tagger.by} and themes.toml differ in {', '.join(sorted(missing))}: train it again"]
        if missing
        else []
    )


def _corpus(path: Path) -> list[str]:
    from corpus.errors import CorpusError
    from corpus.store import Corpus

    if not path.exists():
        _told("corpus", tell("none yet at {path}", path=path))
        return []
    try:
        with Corpus.open(path, read_only=True) as corpus:
            faults, number = corpus.check(), corpus.stats().articles
    except CorpusError as error:
        return [str(error)]
    _told("corpus", tell("{number} articles in {path}", number=number, path=path))
    return faults


def _archive(root: Path, corpus_path: Path) -> list[str]:
    """Every archived page the corpus points to must be where it says, with the digest it says."""
    from corpus.errors import CorpusError
    from corpus.store import Corpus
    from crawler.archive import read_page
    from crawler.errors import ArchiveError, RevisitError

    if not corpus_path.exists():
        _told(
            "archive", tell("not compared: no corpus yet") if root.is_dir() else tell("none yet at {path}", path=root)
        )
        return []
    faults, good = [], 0
    try:
        with Corpus.open(corpus_path, read_only=True) as corpus:
            if not root.is_dir():
                archived = sum(record.place is not None for record in corpus.pages())
                _told("archive", tell("none at {path}", path=root))
                missing = f"{root}: there is no archive, but {archived} pages of the corpus are said to be in it"
                return [missing] if archived else []
            for record in corpus.pages():
                if record.place is None:
                    continue
                try:
                    if read_page(root, record.place).digest != record.digest:
                        faults.append(
                            f"{record.url}: the archived page in {record.place.file} is not the one that was read"
                        )
                    else:
                        good += 1
                except RevisitError:
                    good += 1  # the note that a page had not changed; `archive verify` looks for the page
                except ArchiveError as error:
                    faults.append(str(error))
    except CorpusError as error:
        return [str(error)]
    _told("archive", tell("{good} pages found whole in {path}", good=good, path=root))
    return faults
