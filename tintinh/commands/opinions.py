"""What we say about text: segment, tag, annotate."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

from tintinh.commands.options import corpus_option, model_option, themes_at, themes_option
from tintinh.commands.spread import annotate_spread, cluster_options, dataset_at
from tintinh.language import tell, translated
from tintinh.output import plain, print_json, progress, say

if TYPE_CHECKING:
    from corpus.records import Tagging
    from corpus.store import Corpus
    from nlp.explain import Explanation
    from nlp.tag import Tagger

T = TypeVar("T")


class RowError(click.ClickException):
    """A line of input that is not what it should be."""


def tagger_at(model_path: Path | None, themes_path: Path | None = None) -> Tagger:
    """The tagger of the chosen model, which must know the themes; what is worth knowing about it is said."""
    from nlp.artefact import load
    from nlp.tag import Tagger
    from nlp.themes import slugs
    from tintinh.settings import settings

    tagger = Tagger.of(load(model_folder(model_path), slugs(themes_at(themes_path or settings().themes))))
    for note in tagger.notes:
        say(translated(note))
    return tagger


def model_folder(model_path: Path | None) -> Path:
    """The model in ``model_path``, else the newest trained one, else the one that comes with the project."""
    from nlp.artefact import newest
    from tintinh.settings import settings

    if model_path is not None:
        return model_path
    own, shipped = settings().models, settings().shipped_models
    return newest(own if own.is_dir() and any(own.glob("themes-*")) else shipped)


def decoded(raw: bytes, name: str, first_line: int = 1) -> str:
    """``raw`` as UTF-8, with a byte order mark or without; ``RowError`` naming the line where it is not."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = first_line + raw.count(b"\n", 0, error.start)
        raise RowError(f"{name}:{number}: is not UTF-8 ({error.reason})") from error


def rows_of(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, a line each; a line that is none stops with its number."""
    for number, raw in enumerate(file, start=1):
        text = decoded(raw, file.name, number)
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RowError(f"{file.name}:{number}: is not JSON ({error})") from error
        if not isinstance(row, dict):
            raise RowError(f'{file.name}:{number}: must be an object like {{"id": 1, "title": "…", "text": "…"}}')
        for key in ("title", "text"):
            if not isinstance(row.get(key), str | None):
                raise RowError(f"{file.name}:{number}: key {key!r} must be a string, got {row[key]!r}")
        if not row.keys() & {"title", "text"}:
            raise RowError(f"{file.name}:{number}: needs the keys 'title' and 'text'")
        yield row


@click.command(
    "segment",
    epilog="\b\nExamples:\n  echo 'Quảng bá du lịch Hà Giang' | tintinh segment\n  tintinh segment story.txt --json",
)
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a sentence.")
def segment_command(file: IO[bytes], as_json: bool) -> None:
    """Print the words of a text, a sentence a line; the syllables of one word are joined by "_"."""
    from corpus.text import clean
    from nlp.segment import segment

    made = segment(clean(decoded(file.read(), file.name)))
    for sentence in made.sentences:
        if as_json:
            print_json({"words": sentence.split(" "), "by": made.by})
        else:
            click.echo(sentence)


@click.command(
    "tag",
    epilog="\b\nExamples:\n  tintinh tag stories.jsonl --json > tagged.jsonl\n"
    '  echo \'{"id": 1, "title": "…", "text": "…"}\' | tintinh tag --explain',
)
@click.argument("file", type=click.File("rb"), default="-")
@model_option
@click.option("--explain", is_flag=True, help="Add what every sentence and word put into each theme, exactly.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def tag_command(file: IO[bytes], model_path: Path | None, explain: bool, as_json: bool) -> None:
    """Tag articles with themes: reads JSON Lines {"id", "title", "text"} and answers in the same order.

    Each answer: id, themes, primary, scores (probabilities), evidence (sentences), model. With --explain also, for
    each theme given, sentences and words with what each added, constant, and log_odds: the constant and the sentences
    add up to it, and so do the constant and the words. Nothing is stored.
    """
    tagger = tagger_at(model_path)
    rows: list[dict[str, Any]] = []

    def items() -> Iterator[tuple[str, str]]:
        for row in rows_of(file):
            rows.append(row)
            yield _cleaned(row.get("title")), _cleaned(row.get("text"))

    with progress("articles") as advance:
        for tagging in tagger.tag_many(items()):
            row = rows.pop(0)
            reasons = _reasons(tagger, row, tagging) if explain else {}
            if as_json:
                answer = {"id": row.get("id"), **_answer(tagging)}
                print_json({**answer, **_weights(reasons)} if explain else answer)
            else:
                _print_tagging(row, tagging, reasons)
            advance(1)
    sys.stdout.flush()


def _cleaned(text: str | None) -> str:
    from corpus.text import clean

    return clean(text or "")


def _answer(tagging: Tagging) -> dict[str, Any]:
    return {
        "themes": tagging.themes,
        "primary": tagging.primary,
        "scores": plain(tagging.scores),
        "evidence": plain(tagging.evidence),
        "model": tagging.by,
    }


def _reasons(tagger: Tagger, row: dict[str, Any], tagging: Tagging) -> dict[str, Explanation]:
    title, text = _cleaned(row.get("title")), _cleaned(row.get("text"))
    return {theme: tagger.explain(title, text, theme) for theme in tagging.themes}


def _weights(reasons: dict[str, Explanation]) -> dict[str, Any]:
    """Each theme's sentences in reading order and its words, the strongest first, with their weights in log odds."""
    return {
        "sentences": {theme: _rounded([*one.title, *one.body]) for theme, one in reasons.items()},
        "words": {theme: _rounded(one.words) for theme, one in reasons.items()},
        "constant": {theme: round(one.bias, 4) for theme, one in reasons.items()},
        "log_odds": {theme: round(one.decision, 4) for theme, one in reasons.items()},
    }


def _rounded(weighed: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(text, round(weight, 4)) for text, weight in weighed]


def _print_tagging(row: dict[str, Any], tagging: Tagging, reasons: dict[str, Explanation]) -> None:
    click.secho(f"{row.get('id', '')}  {str(row.get('title') or row.get('text'))[:90]}", bold=True)
    if not tagging.themes:
        click.echo("    " + tell("no theme"))
    for theme in tagging.themes:
        click.echo(
            f"    {theme} {tagging.scores[theme]:.2f}{' ' + tell('(primary)') if theme == tagging.primary else ''}"
        )
        if theme in reasons:
            _print_reason(reasons[theme])
            continue
        for sentence in tagging.evidence.get(theme, ()):
            click.echo(f"        “{sentence}”")


def _print_reason(reason: Explanation) -> None:
    """The sentences and words that weighed most, what the others weigh together, and the sum."""
    sentences = sorted(reason.title + reason.body, key=lambda item: -abs(item[1]))
    for what, weighed, count in (("sentences", sentences, 5), ("words", reason.words, 12)):
        for text, weight in weighed[:count]:
            click.echo(f"        {weight:+.3f}  {f'“{text}”' if what == 'sentences' else text}")
        if rest := weighed[count:]:
            others = tell("the {n} other sentences", n=len(rest))
            if what == "words":
                others = tell("the {n} other words", n=len(rest))
            click.echo(f"        {sum(weight for _, weight in rest):+.3f}  {others}")
    click.echo(f"        {reason.bias:+.3f}  {tell('constant')}")
    total = tell("log odds: the constant and all sentences, or the constant and all words")
    click.echo(f"        {reason.decision:+.3f}  {total}")


@click.command("annotate", epilog="\b\nExamples:\n  tintinh annotate\n  tintinh crawl; tintinh annotate")
@model_option
@themes_option
@corpus_option
@cluster_options
def annotate_command(
    model_path: Path | None, themes_path: Path | None, corpus_path: Path, dataset: str | None, dask: str | None
) -> int:
    """Segment and tag every article that is new to the segmenter or the model, and read it for places and partners.

    Safe to stop and to run again. Articles are read for names anew when the gazetteer or its rules have changed.
    With --dataset it annotates a dataset (tintinh replay --dataset) in place of the corpus.
    """
    if (of := dataset_at(dataset, dask, "corpus_path")) is not None:
        return annotate_spread(of, dask, model_folder(model_path), tagger_at(model_path, themes_path).by)
    from corpus.store import Corpus

    with Corpus.open(corpus_path, create=False) as corpus:
        say_annotated(*annotate(corpus, tagger_at(model_path, themes_path)))
    return 0


def say_annotated(segmented: int, tagged: int, named: int) -> None:
    """Say what ``annotate`` did."""
    say(
        tell(
            "{segmented} articles segmented, {tagged} tagged, {named} read for places and partners",
            segmented=segmented,
            tagged=tagged,
            named=named,
        )
    )


def annotate(corpus: Corpus, tagger: Tagger) -> tuple[int, int, int]:
    """Give every article a segmentation, a tagging by ``tagger`` and its mentions; how many of each were missing.

    Opinions are stored some hundred at a time, so that a stop loses little; they are made before the corpus is locked
    for storing them, so that a crawl beside this goes on.
    """
    from nlp.document import segment_article, whole
    from nlp.segment import segmenter
    from nlp.segment_many import segment_many

    by = segmenter()
    segmented = tagged = 0
    with progress("segmenting") as advance:
        texts = ((number, whole(article.title, article.text)) for number, article in corpus.to_segment(by))
        for made in _batches(segment_many(texts)):
            segmented += corpus.add_segmentations(made)
            advance(len(made))
    with progress("tagging") as advance:
        for rows in _batches(corpus.to_tag(tagger.by, by)):
            items = [
                (article.title, article.text, words or segment_article(article.title, article.text))
                for _, article, words in rows
            ]
            numbers = [number for number, _, _ in rows]
            taggings = list(tagger.tag_segmented(items))
            tagged += corpus.add_taggings(zip(numbers, taggings, strict=True))
            advance(len(rows))
    return segmented, tagged, name_all(corpus)


def name_all(corpus: Corpus) -> int:
    """Store the places and partners of every article that the gazetteer as it stands has not read; how many."""
    from corpus.mentions import named_text
    from nlp.gazetteer import load_gazetteer, signature
    from nlp.mentions import finder

    named = 0
    with progress("reading names") as advance:
        for batch in _batches(corpus.to_name(signature())):
            # Made here: a second call finds that there is nothing to read.
            find = finder()
            if not named:
                corpus.keep_entities(load_gazetteer().entities.values())
            found = [(number, find.find(named_text(article), article.province)) for number, article in batch]
            named += corpus.add_mentions(found, find.by)
            advance(len(batch))
    return named


def _batches(items: Iterable[T], size: int = 128) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
