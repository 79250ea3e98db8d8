"""Annotating: the articles of a partition → words, themes, places and partners, by the one machine's functions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.mentions import named_text
from corpus.records import Segmentation
from nlp.artefact import load
from nlp.document import segment_articles
from nlp.mentions import finder
from nlp.segment import segmenter
from nlp.tag import Tagger
from tintinh.cluster.dataset import Dataset, Input, Manifest, Writer
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.ordered import groups
from tintinh.cluster.reading import Done, require_code
from tintinh.cluster.tables import article_of, opinion_row, opinion_schema
from tintinh.cluster.versions import ANNOTATING


@dataclass(frozen=True)
class PackedModel:
    """A theme model on its way to a worker: ``by`` signs its taggings, ``files`` are those of its folder."""

    by: str
    folder: str
    files: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, folder: Path, by: str) -> PackedModel:
        """The model in ``folder``."""
        files = sorted(path for path in folder.iterdir() if path.is_file())
        return cls(by, folder.name, tuple((path.name, path.read_bytes()) for path in files))


@lru_cache(maxsize=2)
def tagger_of(model: PackedModel) -> Tagger:
    """The tagger of a packed model, made once in a process; ``ClusterError`` where it is another than it says.

    Which themes it must know was asked where it was packed.
    """
    with TemporaryDirectory(prefix="tintinh-model-") as scratch:
        folder = Path(scratch) / model.folder
        folder.mkdir()
        for name, content in model.files:
            (folder / name).write_bytes(content)
        tagger = Tagger.of(load(folder, ()))
    if tagger.by != model.by:
        raise ClusterError(f"the model {model.folder} signs as {tagger.by!r} on this worker, not as {model.by!r}")
    return tagger


def annotate_partition(dataset: Dataset, name: str, model: PackedModel, code: str) -> Done:
    """Write the opinions on the articles of a partition, unless they are there and finished.

    They are where the same articles were annotated by the same ``code``, model, segmenter and gazetteer. Raises
    ``ClusterError`` where this process runs other code, or the articles are not those of their manifest.
    """
    require_code(ANNOTATING, code)
    begun = time.process_time()
    read = dataset.manifest("articles", name)
    if read is None:
        raise ClusterError(
            f"{dataset.storage.address}: partition {name} has no articles yet; run tintinh replay --dask"
        )
    articles = read.outputs["articles"]
    find = finder()
    made_by = {"code": code, "model": model.by, "segmenter": segmenter(), "gazetteer": find.by}
    before = dataset.manifest("opinions", name)
    if (
        before is not None
        and before.made_by == made_by
        and [one.sha256 for one in before.inputs] == [articles.sha256]
        and dataset.is_whole(before)
    ):
        return Done(name, False, {"opinions": articles.rows}, {"check": time.process_time() - begun})
    if not dataset.is_whole(read):
        raise ClusterError(
            f"{dataset.storage.address}: the articles of partition {name} are not those of their manifest; "
            "run tintinh replay --dask again"
        )
    tagger = tagger_of(model)
    writer = Writer(opinion_schema())
    seconds = {"segment": 0.0, "tag": 0.0, "mentions": 0.0}
    rest = time.process_time()
    for number in range(len(articles.groups)):
        for batch in dataset.batches("articles", name, groups=groups(articles.groups, number)):
            _annotate(batch, tagger, writer, seconds)
        writer.ended()
    content, output = writer.close()
    source = Input(file=f"articles/{name}.parquet", start=0, end=articles.bytes, sha256=articles.sha256)
    manifest = Manifest(partition=name, inputs=[source], made_by=made_by, outputs={"opinions": output})
    dataset.write("opinions", manifest, {"opinions": content})
    seconds["parquet"] = time.process_time() - rest - sum(seconds.values())
    return Done(name, True, {"opinions": output.rows}, seconds)


def _annotate(batch: list[dict[str, Any]], tagger: Tagger, writer: Writer, seconds: dict[str, float]) -> None:
    """Write the opinions on the articles of one row group, and add up what each part took."""
    find = finder()
    articles = [article_of(row) for row in batch]
    texts = [(article.title, article.text) for article in articles]
    clock = [time.process_time()]
    words: list[Segmentation] = segment_articles(texts)
    clock.append(time.process_time())
    items = ((title, text, made) for (title, text), made in zip(texts, words, strict=True))
    taggings = list(tagger.tag_segmented(items))
    clock.append(time.process_time())
    named = [find.find(named_text(article), article.province) for article in articles]
    clock.append(time.process_time())
    for part, (begin, end) in zip(("segment", "tag", "mentions"), pairwise(clock), strict=True):
        seconds[part] += end - begin
    writer.add(
        opinion_row(row["n"], row["url"], segmentation, tagging, mentions, find.by)
        for row, segmentation, tagging, mentions in zip(batch, words, taggings, named, strict=True)
    )


def entities() -> Mapping[str, Any]:
    """What the ids of mentions mean, by id."""
    return finder().gazetteer.entities
