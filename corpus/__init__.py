"""What we keep, and every question asked of it. No Scrapy, scikit-learn or underthesea in here."""

from corpus.concordance import Concordance
from corpus.errors import CorpusError, QueryError
from corpus.inspection import Stats
from corpus.keywords import Keyword, Keywords
from corpus.mentions import Entity, Mention
from corpus.network import Edge, Network
from corpus.nights import Night
from corpus.records import (
    ArchivePlace,
    Article,
    Block,
    BlockKind,
    Outcome,
    Page,
    Query,
    Rejection,
    Segmentation,
    Tagging,
)
from corpus.rows import PageRecord, StoredArticle
from corpus.search import Answer, Hit
from corpus.snippet import Snippet
from corpus.store import Corpus
from corpus.trend import ThemeRow
from corpus.trend_rows import Change, Trend, TrendRow

__all__ = [
    "Answer",
    "ArchivePlace",
    "Article",
    "Block",
    "BlockKind",
    "Change",
    "Concordance",
    "Corpus",
    "CorpusError",
    "Edge",
    "Entity",
    "Hit",
    "Keyword",
    "Keywords",
    "Mention",
    "Network",
    "Night",
    "Outcome",
    "Page",
    "PageRecord",
    "Query",
    "QueryError",
    "Rejection",
    "Segmentation",
    "Snippet",
    "Stats",
    "StoredArticle",
    "Tagging",
    "ThemeRow",
    "Trend",
    "TrendRow",
]
