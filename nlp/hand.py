"""Labels by hand in a corpus, as labelled news to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.hand import HAND, labelled
from corpus.store import Corpus
from nlp.errors import LabelledError
from nlp.labelled import Labelled


def hand_labels(corpus: Corpus, slugs: Sequence[str]) -> list[Labelled]:
    """One row for each article of ``corpus`` with a label by hand: of several people's labels the newest.

    The newest is that of a review, where there was one. ``id`` is the article's address. The rows are news of others:
    they may be learnt from, and are not passed on. Raises ``LabelledError``: no label at all, a theme that is not among
    ``slugs``, themes without a primary.
    """
    rows = []
    for stored in labelled(corpus.connection):
        article, tagging = stored.article, stored.tagging
        if tagging is None or not tagging.by.startswith(HAND):
            continue  # withdrawn between two reads
        place = f"{corpus.path}, article {stored.id}, label by {tagging.by}"
        for slug in tagging.themes:
            if slug not in slugs:
                raise LabelledError(f"{place}: unknown theme {slug!r}; the themes are {', '.join(slugs)}")
        if tagging.themes and tagging.primary is None:
            raise LabelledError(f"{place}: no primary theme; expected one of {', '.join(tagging.themes)}")
        rows.append(
            Labelled(
                article.url,
                article.title,
                article.text,
                tagging,
                outlet=article.source,
                province=article.province,
                url=article.url,
                date=article.published_at.date().isoformat() if article.published_at else None,
            )
        )
    if not rows:
        raise LabelledError(f"{corpus.path}: holds no label by hand; give some with tintinh label")
    return rows


def hand_labels_at(path: Path, slugs: Sequence[str]) -> list[Labelled]:
    """``hand_labels`` of the corpus at ``path``; raises ``CorpusError`` where there is none."""
    with Corpus.open(path, read_only=True) as corpus:
        return hand_labels(corpus, slugs)
