"""``label``: themes given by a person, reviewed by a third, compared between two."""

from __future__ import annotations

import getpass
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.opinions import model_folder
from tintinh.commands.options import corpus_option, model_option, require_source, themes_at, themes_option
from tintinh.completion import complete_sources, complete_themes
from tintinh.language import tell, translated
from tintinh.output import print_json, print_rows, say

if TYPE_CHECKING:
    from corpus.store import Corpus
    from nlp.themes import Theme
    from tintinh.next_article import Disputed, Doubted


class LabelError(click.ClickException):
    """Labelling cannot begin."""


@click.command(
    "label",
    epilog="\b\nExamples:\n  tintinh label --as lan\n  tintinh label --as lan --theme border --limit 20\n"
    "  tintinh label --agreement lan minh\n  tintinh label --review lan minh --as hoa",
)
@click.option("--as", "name", metavar="NAME", help="Who labels [default: the login name].")
@click.option(
    "--theme",
    metavar="SLUG",
    shell_complete=complete_themes,
    help="Only doubts about this theme; all themes can be given all the same.",
)
@click.option("--source", metavar="ID", shell_complete=complete_sources, help="Only articles of this outlet.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many labels.")
@click.option("--review", nargs=2, metavar="A B", help="Decide the articles that these two labelled differently.")
@click.option("--agreement", nargs=2, metavar="A B", help="Print how far the labels of these two agree.")
@click.option("--json", "as_json", is_flag=True, help="With --agreement: print one JSON object.")
@model_option
@themes_option
@corpus_option
def label_command(
    name: str | None,
    theme: str | None,
    source: str | None,
    limit: int | None,
    review: tuple[str, str] | None,
    agreement: tuple[str, str] | None,
    as_json: bool,
    model_path: Path | None,
    themes_path: Path | None,
    corpus_path: Path,
) -> None:
    """Give articles their themes, one key a theme; those the model is least sure of come first.

    Each label is stored as it is given, signed hand:NAME, and questions use it instead of the model's. Quit at any
    time and run it again: it goes on where you were. ? shows all keys. With --review a third person decides where
    two differ; with --agreement nothing is labelled, and F1 and kappa of two people are printed.
    """
    from corpus.store import Corpus
    from nlp.themes import slugs

    themes = themes_at(themes_path)
    if theme is not None and theme not in slugs(themes):
        raise click.BadParameter(f"{theme!r} is no theme; there are {', '.join(slugs(themes))}", param_hint="--theme")
    if review and agreement:
        raise click.UsageError("--review and --agreement cannot be given together")
    if as_json and not agreement:
        raise click.UsageError("--json is for --agreement")
    if agreement:
        with Corpus.open(corpus_path, read_only=True) as corpus:
            _require_people(corpus, agreement)
            _print_agreement(corpus, agreement, themes, as_json=as_json)
        return
    by = f"hand:{_name(name)}"
    if review and by.removeprefix("hand:") in review:
        raise click.BadParameter(
            f"{by.removeprefix('hand:')} is one of the two reviewed, whose label would be overwritten; "
            "name the review, as in --as review",
            param_hint="--as",
        )
    _require_terminal()
    with Corpus.open(corpus_path, create=False) as corpus:
        require_source(source, corpus)
        if review:
            _require_people(corpus, review)
            articles: Disputed | Doubted = _disputed(corpus, review, source, theme)
        else:
            articles = _doubted(corpus, model_path, themes, source, theme)
        _sit(corpus, by, themes, articles, limit)


def _name(given: str | None) -> str:
    """The name that signs; letters, digits, dots, hyphens and underscores, so that it stands in one word anywhere."""
    if given is None:
        try:
            given = getpass.getuser()
        except (KeyError, OSError):
            raise click.UsageError("this machine has no login name for you; say who labels with --as NAME") from None
    if not re.fullmatch(r"[\w.-]+", given):
        raise click.BadParameter(
            f"{given!r} must be one word of letters, digits, dots, hyphens and underscores", param_hint="--as"
        )
    return given


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LabelError("tintinh label needs a terminal: standard input and output must both be one, not a pipe")


def _require_people(corpus: Corpus, names: Sequence[str]) -> None:
    from corpus.hand import people

    known = people(corpus.connection)
    for name in names:
        if name not in known:
            there = ", ".join(f"{one} ({count})" for one, count in known.items()) or "nobody"
            raise LabelError(f"{name!r} has labelled nothing in {corpus.path}; there are labels by {there}")
    if names[0] == names[1]:
        raise click.UsageError(f"{names[0]} cannot be compared with the same labels; name two people")


def _doubted(
    corpus: Corpus, model_path: Path | None, themes: Sequence[Theme], source: str | None, theme: str | None
) -> Doubted:
    from corpus.hand import heads, weighed
    from nlp.artefact import load
    from nlp.choose import doubts
    from nlp.tag import Tagger
    from tintinh.next_article import Doubted, doubts_by_keyword

    # A theme that the model has not learnt yet is no hindrance: labels are how it will.
    artefact = load(model_folder(model_path), themes=())
    tagger, copies = Tagger.of(artefact), heads(corpus.connection)
    for note in tagger.notes:
        say(translated(note))
    limits = {one.slug: artefact.manifest.themes[one.slug] for one in themes if one.slug in artefact.manifest.themes}
    if theme is not None and theme not in limits:
        say(
            tell(
                "{model} does not know {theme!r} yet: articles with its keywords come first",
                model=tagger.by,
                theme=theme,
            )
        )
        found = doubts_by_keyword(corpus, next(one for one in themes if one.slug == theme), copies, source)
    else:
        found = doubts(weighed(corpus.connection, tagger.by, source), limits, copies, theme)
    if not found:
        of = f" of {source}" if source else ""
        raise LabelError(f"{corpus.path}: no article{of} is tagged by {tagger.by}; run tintinh annotate first")
    return Doubted(corpus, tagger, found, copies)


def _disputed(corpus: Corpus, names: tuple[str, str], source: str | None, theme: str | None) -> Disputed:
    from tintinh.next_article import Disputed

    disputed = Disputed(corpus, *names, source=source, theme=theme)
    say(tell("{both} articles labelled by both, {differ} differently", both=disputed.both, differ=len(disputed.ids)))
    if not disputed.ids:
        raise LabelError(f"there is nothing to review between {names[0]} and {names[1]}")
    return disputed


def _sit(corpus: Corpus, by: str, themes: Sequence[Theme], articles: Disputed | Doubted, limit: int | None) -> None:
    from tintinh.keyboard import Keyboard
    from tintinh.labelling import Sitting
    from tintinh.sheet import KEYS

    if len(themes) > len(KEYS):
        raise LabelError(f"there are {len(themes)} themes and keys for {len(KEYS)} only")
    sitting = Sitting(corpus, by, themes, articles.following, articles.shown, limit=limit)
    # Ctrl-C is the same as q: what was saved is safe.
    with suppress(KeyboardInterrupt), Keyboard(sys.stdin.fileno()) as keyboard:
        sitting.run(keyboard)
    click.echo()
    say(
        tell(
            "{saved} labels by {by} in this sitting, {total} in {corpus}",
            saved=sitting.saved,
            by=by,
            total=sitting.total,
            corpus=corpus.path,
        )
    )


def _print_agreement(corpus: Corpus, names: tuple[str, str], themes: Sequence[Theme], *, as_json: bool) -> None:
    from corpus.hand import HAND, labelled
    from nlp.agreement import agreement

    first, second = (
        {
            str(stored.id): frozenset(tagging.themes)
            for stored in labelled(corpus.connection, HAND + name)
            for tagging in stored.taggings
            if tagging.by == HAND + name
        }
        for name in names
    )
    found = agreement(first, second, [theme.slug for theme in themes])
    if as_json:
        print_json({"first": names[0], "second": names[1], **found.as_dict()})
        return
    rows = [
        {
            "theme": one.theme,
            names[0]: one.first,
            names[1]: one.second,
            "both": one.both,
            "F1": one.f1,
            "kappa": one.kappa,
        }
        for one in found.themes
    ]
    print_rows(rows, ["theme", *names, "both", "F1", "kappa"], as_json=False, as_csv=False)
    macro = "–" if found.macro_f1 is None else f"{found.macro_f1:.3f}"
    say(
        tell(
            "{articles} articles labelled by both; macro F1 {macro}, exact match {exact:.3f}",
            articles=found.articles,
            macro=macro,
            exact=found.exact_match,
        )
    )
    for name, ids in ((names[1], found.missing_second), (names[0], found.missing_first)):
        if ids:
            say(tell("not compared: {articles} articles without a label by {name}", articles=len(ids), name=name))
    if found.disagreements:
        say(
            tell(
                "{differ} differ: tintinh label --review {names} --as NAME",
                differ=len(found.disagreements),
                names=" ".join(names),
            )
        )
