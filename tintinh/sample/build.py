"""The sample corpus from its plan: texts placed, stored as any article is, segmented and tagged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.provinces import on_day
from corpus.records import Article, Block, BlockKind
from corpus.store import Corpus
from tintinh.commands.opinions import annotate, tagger_at
from tintinh.sample.edits import edited
from tintinh.sample.outlets import AGENCY, SampleError, SampleOutlet, read_outlets
from tintinh.sample.plan import Placed, read_plan
from tintinh.sample.texts import SampleText, read_texts
from tintinh.settings import PACKAGE, settings

if TYPE_CHECKING:
    from nlp.tag import Tagger

VERSION = "sample 1"
_MADE_FROM = "made-from.txt"


def sample_articles() -> Iterator[Article]:
    """The articles of the sample in the order of publication.

    Raises ``SampleError`` where the plan names a text or an outlet that does not exist.
    """
    folder = settings().sample
    texts, outlets = read_texts(settings().labelled, settings().stories), read_outlets(folder)
    for place, one in enumerate(read_plan(folder / "plan.csv"), start=2):
        for name, known in ((one.text, texts), (one.outlet, outlets), (one.taken_from or one.outlet, outlets)):
            if name not in known:
                raise SampleError(f"{folder / 'plan.csv'}:{place}: there is no text or outlet {name!r}")
        yield _article(one, texts[one.text], outlets)


def _article(one: Placed, text: SampleText, outlets: Mapping[str, SampleOutlet]) -> Article:
    outlet = outlets[one.outlet]
    if one.edit is not None:
        text = edited(text, one.edit, outlets[one.taken_from].name)
    blocks = tuple(Block(BlockKind.PARAGRAPH, paragraph) for paragraph in text.paragraphs)
    content = "\n".join((text.title, text.lead or "", *text.paragraphs))
    return Article(
        url=f"https://{outlet.host}/{one.at:%Y/%m/%d}/{text.id}.html",
        source=outlet.id,
        title=text.title,
        lead=text.lead,
        blocks=blocks,
        authors=(),
        agency=outlets[AGENCY].name if one.edit == "credited" and one.taken_from == AGENCY else None,
        published_at=one.at,
        published_precision="minute",
        published_from="structured",
        section=None,
        tags=(),
        place=None,
        province=on_day(text.province, one.at.date()) if text.province else None,
        language="vi",
        extractor="given",
        extractor_version=VERSION,
        page_digest="sha256:" + hashlib.sha256(content.encode()).hexdigest(),
        fetched_at=one.at + timedelta(hours=3),
    )


def build_sample(path: Path, tagger: Tagger | None = None) -> int:
    """Make the sample corpus at ``path``, where no file may be yet, segmented and tagged; how many articles it has.

    ``tagger`` is the shipped or newest model unless another one is given.
    """
    if path.exists():
        raise SampleError(f"{path}: is there already; the sample is written to a file of its own")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Corpus.open(path) as corpus:
        kept = [corpus.keep(article, page=None, place=None) for article in sample_articles()]
        annotate(corpus, tagger or tagger_at(None))
    return len(kept)


def sample_corpus(folder: Path | None = None) -> Path:
    """The path of the sample corpus in ``folder`` (None: ``data/var/sample``), made first if it is not there.

    It is made anew where the texts, the plan, the outlets, the code that places them or the model have changed since.
    """
    folder = folder or settings().sample_home
    path, mark = folder / "corpus.sqlite", folder / _MADE_FROM
    tagger = tagger_at(None)
    made_from = f"{tagger.by} {_digest()}\n"
    if path.exists() and mark.is_file() and mark.read_text(encoding="utf-8") == made_from:
        return path
    if path.exists() and not mark.exists():
        raise SampleError(f"{path}: is a corpus that was not made as the sample; name another folder")
    for old in folder.glob("corpus.sqlite*"):
        old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    # Before the corpus: a build that is stopped leaves a mark that fits nothing, and is made anew.
    mark.write_text("unfinished\n", encoding="utf-8")
    build_sample(path, tagger)
    mark.write_text(made_from, encoding="utf-8")
    return path


def _digest() -> str:
    digest = hashlib.sha256()
    code = sorted((PACKAGE / "sample").glob("*.py"))
    for path in (settings().labelled, *sorted(settings().stories.glob("*.jsonl")), *code):
        digest.update(path.read_bytes())
    for name in ("plan.csv", "outlets.toml"):
        digest.update((settings().sample / name).read_bytes())
    return digest.hexdigest()[:16]
