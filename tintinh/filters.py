"""What a question may be narrowed by, named as people write it: on the command line and in an address."""

from __future__ import annotations

from collections.abc import Mapping

FILTERS: Mapping[str, str] = {
    "theme": "themes",
    "province": "province",
    "map": "province_map",
    "source": "source",
    "section": "section",
    "author": "author",
    "partner": "partner",
    "language": "language",
    "since": "since",
    "until": "until",
}
"""Name → field of ``corpus.Query``."""
