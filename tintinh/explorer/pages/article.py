"""One article: its text by what each piece is, and where it came from."""

from __future__ import annotations

from corpus.export import flat, full
from corpus.store import Corpus
from tintinh.explorer.view import NotThere, Shown, View, Visit


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The article of the id in the address."""
    number = int(visit.place["place"])
    stored = corpus.article(number)
    if stored is None:
        raise NotThere(visit.t("article.none", number=number))
    row = flat(stored)
    return Shown(
        title=stored.article.title,
        facts={"stored": stored, "article": stored.article},
        rows=[row],
        columns=tuple(row),
        more={"article": full(stored)},
        cite=f"“{stored.article.title}”, {stored.article.source or ''}, {visit.day(stored.article.published_at)},"
        f" {stored.article.url}",
    )


VIEW = View("article", answer, asks=False, beside=("q", "theme"), place=r"\d{1,18}", in_menu=False)
