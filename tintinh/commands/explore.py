"""Questions: search, show, stats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.options import corpus_option, partner_option, query_of, query_options, require_source
from tintinh.language import heading, tell
from tintinh.output import formats, print_json, print_rows, print_table, say

if TYPE_CHECKING:
    from corpus.mentions import Entity, Mention
    from corpus.records import Tagging
    from corpus.revisions import Revision
    from corpus.rows import StoredArticle
    from corpus.search import Hit
    from corpus.store import Corpus

    Mentions = list[tuple[Entity, Mention]] | None


_WORTH_SAYING = 0.1
"""The lowest probability of a theme not given that ``show`` prints; under it no theme is in doubt."""


def open_corpus(path: Path) -> Corpus:
    """The corpus at ``path``, for reading."""
    from corpus.store import Corpus

    return Corpus.open(path, read_only=True)


@click.command(
    "search",
    epilog=(
        "\b\nExamples:\n  tintinh search 'quang ba du lich'\n"
        '  tintinh search \'"hợp tác" (Lào OR Campuchia) NOT "biên phòng"\' --since 2025-01-01 --json'
    ),
)
@click.argument("query", required=False)
@query_options
@partner_option
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many hits at most.")
@corpus_option
@formats
def search_command(
    query: str | None, limit: int, corpus_path: Path, as_json: bool, as_csv: bool, **filters: Any
) -> None:
    """Find articles by words, theme, province, outlet and time; without words, the newest first.

    Words typed without tones find every spelling; words typed with tones find just those.

    \b
    QUERY is:  a b          both words            "a b"        the words in one run
               a OR b       either                a*           a word that begins so
               a NOT b      a without b           a (b OR c)   what belongs together
    AND, OR and NOT are operators in capitals only.
    """
    question = query_of(text=query, limit=limit, **filters)
    with open_corpus(corpus_path) as corpus:
        require_source(question.source, corpus)
        answer = corpus.search(question)
        # Of very many a search counts not all; a person is told the number.
        total = corpus.search(replace(question, limit=0)).total if answer.more else answer.total
    columns = ["id", "published_at", "source", "province", "title", "themes"]
    if as_json or as_csv:
        columns += ["url", "lead", "primary", "score", "snippet", "copy_of"]
        print_rows((hit_row(hit) for hit in answer.hits), columns, as_json=as_json, as_csv=as_csv)
    else:
        print_hits(answer.hits)
    if total > len(answer.hits):
        say(tell("{total} articles, {shown} shown", total=total, shown=len(answer.hits)))
    else:
        say(tell("{total} articles", total=total))
    if answer.ordered is not None:
        told = "put in order were the {number} of them that were stored last; narrow the question to see all"
        say(tell(told, number=answer.ordered))
    if answer.without_tones:
        say(tell("none with these tones; without tones there are {number}", number=answer.without_tones))


def hit_row(hit: Hit) -> dict[str, Any]:
    """A hit as a row for programs."""
    return {**{key: value for key, value in vars(hit).items() if key != "snippet"}, "snippet": hit.snippet.text}


def print_hits(hits: Iterable[Hit]) -> None:
    """Hits for people: title, where and when, the words in their place."""
    for hit in hits:
        day = hit.published_at.strftime("%d/%m/%Y") if hit.published_at else tell("no date")
        facts = [day, hit.source, hit.province, ", ".join(hit.themes)]
        click.secho(f"{hit.id:>5}  {hit.title}", bold=True)
        click.echo("       " + " · ".join(fact for fact in facts if fact))
        if hit.snippet.text:
            click.echo("       " + marked(hit))


def marked(hit: Hit) -> str:
    """The snippet with the words that matched set off for a terminal."""
    text, done, parts = hit.snippet.text, 0, []
    for start, end in hit.snippet.matches:
        parts += [text[done:start], click.style(text[start:end], underline=True)]
        done = end
    return "".join([*parts, text[done:]])


@click.command(
    "show",
    epilog=(
        "\b\nExamples:\n  tintinh show 17\n  tintinh show https://baohagiang.vn/… --json\n  tintinh show 17 --revisions"
    ),
)
@click.argument("article")
@corpus_option
@click.option("--revisions", "editions", is_flag=True, help="List the editions that were seen, with what changed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_command(article: str, corpus_path: Path, editions: bool, as_json: bool) -> None:
    """Show one article, by its number or address: text, themes with probability and evidence, where it came from.

    Also the places and partners that it names, with how often; with --json where each stands and why it was read so.
    """
    from corpus.export import full

    with open_corpus(corpus_path) as corpus:
        stored = corpus.article(_number_or_address(article))
        revisions = corpus.revisions(stored.id) if stored is not None and editions else []
        mentions = corpus.mentions(stored.id) if stored is not None else None
    if stored is None:
        raise click.BadParameter(f"{article}: there is no such article in {corpus_path}", param_hint="ARTICLE")
    if editions:
        _print_revisions(revisions, as_json=as_json)
    elif as_json:
        print_json({**full(stored), "mentions": _mentions(mentions)})
    else:
        _print_stored(stored, mentions)


def _print_revisions(revisions: list[Revision], *, as_json: bool) -> None:
    """Each edition of an article with what changed since the one before it: a line, or a JSON object, each."""
    from corpus.revisions import changes

    before: Revision | None = None
    for revision in revisions:
        changed: list[str] = list(changes(before.article, revision.article)) if before is not None else []
        article, before = revision.article, revision
        if as_json:
            facts = {"number": revision.number, "fetched_at": article.fetched_at, "title": article.title}
            print_json({**facts, "page_digest": article.page_digest, "changed": changed})
            continue
        click.secho(f"{revision.number}  {article.fetched_at:%Y-%m-%d %H:%M} UTC  {article.title}", bold=True)
        for line in changed:
            click.echo(f"   {line}")


def _number_or_address(article: str) -> int | str:
    # SQLite's ids have 63 bits; more digits than that are no article's number (and no address either).
    is_number = article.isascii() and article.isdigit() and len(article) <= 18
    return int(article) if is_number else article


def _mentions(mentions: Mentions) -> list[dict[str, Any]] | None:
    """Mentions as JSON has them; offsets are characters of the title, a line break, and the text."""
    if mentions is None:
        return None
    return [
        {"entity": entity.id, "name": entity.name, "start": one.start, "end": one.end, "rule": one.rule}
        for entity, one in mentions
    ]


def _print_mentions(mentions: Mentions) -> None:
    from corpus.entities import PARTNERS

    if mentions is None:
        say(tell("not read for places and partners yet: tintinh annotate"))
        return
    names = [entity for entity, one in mentions if one.rule != "qualifies"]
    places = Counter(one.name for one in names if one.kind not in PARTNERS)
    partners = Counter(one.name for one in names if one.kind in PARTNERS)
    click.echo(tell("Places: {names}", names=_counted(places)))
    click.echo(tell("Partners: {names}", names=_counted(partners)))


def _counted(names: Counter[str]) -> str:
    return ", ".join(f"{name} ×{count}" if count > 1 else name for name, count in names.items()) or tell("none")


def _print_stored(stored: StoredArticle, mentions: Mentions) -> None:
    from tintinh.reading import print_article

    article = stored.article
    copy = (
        tell("near-duplicate of article {id} (similarity {alike:.2f})", id=stored.copy_of, alike=stored.similarity)
        if stored.copy_of
        else None
    )
    print_article(article, article.url, copy)
    if stored.tagging is None:
        say(tell("not tagged yet: tintinh annotate"))
    else:
        _print_themes(stored.tagging)
        # A hand label has no evidence; what the newest model thought, and what other people did, may explain it.
        models = [tagging for tagging in stored.taggings[1:] if not tagging.by.startswith("hand:")]
        people = [tagging for tagging in stored.taggings[1:] if tagging.by.startswith("hand:")]
        for tagging in [*people, *(models[:1] if stored.tagging.by.startswith("hand:") else [])]:
            _print_themes(tagging)
    _print_mentions(mentions)
    click.echo(
        tell(
            "Read by {reader} {version}, fetched {moment:%Y-%m-%d %H:%M} UTC",
            reader=article.extractor,
            version=article.extractor_version,
            moment=article.fetched_at,
        )
    )


def _print_themes(tagging: Tagging) -> None:
    given = ", ".join(tagging.themes) or tell("none")
    click.secho(tell("Themes by {by}: {given}", by=tagging.by, given=given), bold=True)
    for theme in tagging.themes:
        score = f"{tagging.scores[theme]:.2f}" if theme in tagging.scores else tell("given")
        click.echo(f"  {theme} {score}{'  ' + tell('(primary)') if theme == tagging.primary else ''}")
        for sentence in tagging.evidence.get(theme, ()):
            click.echo(f"    “{sentence}”")
    near = sorted(
        (theme for theme in tagging.scores if theme not in tagging.themes), key=lambda one: -tagging.scores[one]
    )
    weighed = [f"{theme} {tagging.scores[theme]:.2f}" for theme in near if tagging.scores[theme] >= _WORTH_SAYING]
    if weighed:
        click.echo("  " + tell("weighed and not given: {themes}", themes=", ".join(weighed)))


@click.command("stats", epilog="\b\nExamples:\n  tintinh stats\n  tintinh stats --json")
@corpus_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats_command(corpus_path: Path, as_json: bool) -> None:
    """What the corpus holds."""
    with open_corpus(corpus_path) as corpus:
        stats = corpus.stats()
    facts = {name: getattr(stats, name) for name in stats.__dataclass_fields__}
    if as_json:
        facts["sources"] = {source or "unknown": count for source, count in stats.sources.items()}
        print_json(facts)
        return
    print_table(
        [{"source": source or tell("(unknown)"), "articles": count} for source, count in stats.sources.items()],
        ["source", "articles"],
    )
    click.echo()
    print_table(
        [{"what": heading(name), "count": _shown(value)} for name, value in facts.items() if name != "sources"],
        ["what", "count"],
    )


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
