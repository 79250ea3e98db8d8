"""Which article a person labels next: the one a model doubts most, or one that two people dispute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from corpus import hand
from corpus.records import Query, Tagging
from corpus.rows import StoredArticle
from corpus.store import Corpus
from nlp.choose import Doubt, choose
from nlp.tag import Tagger
from nlp.themes import Theme
from tintinh.sheet import Sheet

_HITS = 200
"""Articles looked at for one keyword, the best first."""


class Doubted:
    """The articles that a tagger doubts, with its opinion and the evidence for it."""

    def __init__(self, corpus: Corpus, tagger: Tagger, doubts: Sequence[Doubt], heads: Mapping[int, int]) -> None:
        self._corpus = corpus
        self._tagger = tagger
        self._doubts = doubts
        self._heads = heads

    def following(self, labelled: Collection[int], skipped: Collection[int]) -> Sheet | None:
        """The sheet of the article to label next; one that was withdrawn from the corpus is passed over."""
        passed = list(skipped)
        while doubt := choose(self._doubts, self._heads, labelled, passed):
            sheet = self.shown(doubt.article_id)
            if sheet is not None:
                sheet.asked = doubt.theme
                return sheet
            passed.append(doubt.article_id)
        return None

    def shown(self, article_id: int) -> Sheet | None:
        """The sheet of an article, or None where the corpus no longer has it."""
        stored = self._corpus.article(article_id)
        if stored is None:
            return None
        article = stored.article
        opinion = next((tagging for tagging in stored.taggings if tagging.by == self._tagger.by), None)
        asked = next((doubt.theme for doubt in self._doubts if doubt.article_id == article_id), None)
        spoken_of = dict.fromkeys([*(opinion.themes if opinion else ()), *([asked] if asked else [])])
        known = [slug for slug in spoken_of if slug in self._tagger.model.themes]
        evidence = self._tagger.evidence(article.title, article.text, known)
        return Sheet(article_id, article, opinion, evidence=evidence, asked=asked)


def doubts_by_keyword(corpus: Corpus, theme: Theme, heads: Mapping[int, int], source: str | None) -> list[Doubt]:
    """For a theme that no model knows yet: the articles with its keywords, the more different ones the nearer."""
    found: Counter[tuple[int, str | None]] = Counter()
    for keyword in theme.keywords:
        quoted = keyword.replace('"', " ")
        hits = corpus.search(Query(text=f'"{quoted}"', source=source, limit=_HITS)).hits
        found.update({(hit.id, hit.source) for hit in hits})
    return [
        Doubt(article_id, outlet, heads.get(article_id, article_id), theme.slug, 1 / (1 + count))
        for (article_id, outlet), count in found.items()
    ]


class Disputed:
    """The articles that two people labelled differently, with both labels; ``theme`` only where they differ in it."""

    def __init__(self, corpus: Corpus, first: str, second: str, *, source: str | None, theme: str | None) -> None:
        self._corpus = corpus
        self._people = (first, second)
        self.ids: list[int] = []
        self.both = 0
        for stored in hand.labelled(corpus.connection, hand.HAND + first):
            if source is not None and stored.article.source != source:
                continue
            labels = self._labels(stored)
            if len(labels) < len(self._people):
                continue
            self.both += 1
            one, other = labels.values()
            differ = set(one.themes) ^ set(other.themes)
            if theme in differ or (theme is None and (differ or one.primary != other.primary)):
                self.ids.append(stored.id)

    def following(self, labelled: Collection[int], skipped: Collection[int]) -> Sheet | None:
        """The sheet of the next disputed article."""
        closed = {*labelled, *skipped}
        return next(filter(None, (self.shown(one) for one in self.ids if one not in closed)), None)

    def shown(self, article_id: int) -> Sheet | None:
        """The sheet of a disputed article; None for any other, or where the corpus no longer has it."""
        stored = self._corpus.article(article_id) if article_id in self.ids else None
        if stored is None:
            return None
        opinion = next((tagging for tagging in stored.taggings if not tagging.by.startswith(hand.HAND)), None)
        evidence = opinion.evidence if opinion else {}
        return Sheet(article_id, stored.article, opinion, evidence=evidence, others=self._labels(stored))

    def _labels(self, stored: StoredArticle) -> dict[str, Tagging]:
        by = {tagging.by: tagging for tagging in stored.taggings}
        return {name: by[hand.HAND + name] for name in self._people if hand.HAND + name in by}
