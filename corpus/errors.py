"""What can go wrong with the corpus, each as one sentence that names the thing."""

from __future__ import annotations


class CorpusError(ValueError):
    """The corpus cannot be opened, written or asked as wished; the text says why in one sentence."""


class QueryError(CorpusError):
    """A question that has no meaning as it stands."""
