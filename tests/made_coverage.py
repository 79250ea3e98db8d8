"""A small made corpus with something of all that a figure shows: two outlets, three provinces, partners, a gap."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from corpus import Corpus, Tagging
from corpus.mentions import Entity, Mention
from corpus.nights import Night
from corpus.records import VIETNAM
from tests.made_articles import paragraph_blocks, sentences, story

LAOS = Entity("country:la", "country", "Lào", country="LA")
HOSTILE = Entity("organisation:evil", "organisation", "<img src=x onerror=alert(1)> & Co")
BORDER, TRAINING = "border", "training"


def put(
    corpus: Corpus,
    day: str | None,
    source: str,
    province: str | None,
    themes: tuple[str, ...] | None,
    partners: tuple[Entity, ...] = (),
    *,
    text: int | None = None,
) -> int:
    """Store a made story, tagged (None: not) and read for partners; its id. ``text`` chooses its sentences."""
    n = corpus.stats().articles + 1
    at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM) if day else None
    article = story(
        n, lead=None, blocks=paragraph_blocks(*sentences(text or n)), source=source, province=province,
        url=f"https://{n}.example/tin", published_at=at, published_precision="day" if day else None,
        published_from="printed" if day else None,
    )  # fmt: skip
    number = corpus.keep(article, page=None, place=None).article_id
    assert number is not None
    if themes is not None:
        corpus.add_tagging(number, Tagging("model-1", themes, themes[0] if themes else None))
    corpus.keep_entities(partners)
    mentions = tuple(Mention(entity.id, at, at + 2, "name") for at, entity in enumerate(partners))
    corpus.add_mentions([(number, mentions)], "gazetteer 1")
    return number


def coverage_corpus(path: Path) -> Path:
    """The corpus at ``path``: January to June 2024, of which nobody watched April, and one undated story."""
    with Corpus.open(path) as corpus:
        put(corpus, "2024-01-05", "bao_a", "Lạng Sơn", (BORDER,), (LAOS,))
        put(corpus, "2024-01-06", "bao_a", "Lạng Sơn", ())
        put(corpus, "2024-02-05", "bao_a", "Lạng Sơn", (BORDER, TRAINING))
        put(corpus, "2024-02-06", "bao_a", "Hà Giang", ())
        put(corpus, "2024-03-05", "bao_a", "Hà Giang", ("partner_cooperation",), (LAOS, HOSTILE))
        put(corpus, "2024-03-06", "bao_b", "Hà Giang", ("partner_cooperation",), (LAOS,))
        put(corpus, "2024-05-02", "bao_a", "Hà Giang", ("partner_cooperation",), (LAOS,))
        put(corpus, "2024-06-02", "bao_b", "Cà Mau", (BORDER,), text=77)
        put(corpus, "2024-06-03", "bao_a", "Cà Mau", (BORDER,), text=77)  # a copy
        put(corpus, None, "bao_b", None, (BORDER,))
        for day in ("2024-03-10", "2024-05-03", "2024-06-04"):
            for source in ("bao_a", "bao_b"):
                at = datetime.fromisoformat(day).replace(tzinfo=UTC)
                corpus.record_night(Night(source, at, at, 3, 1, 2, 0, 0, {}, 0))
        corpus.record_night(
            Night("bao_im", datetime(2024, 6, 4, tzinfo=UTC), datetime(2024, 6, 4, tzinfo=UTC), 0, 0, 0, 0, 0, {}, 0)
        )
    return path
