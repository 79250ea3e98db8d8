"""The pages: one module a view, each with a template and a table of words of the same name. Registered here alone."""

from __future__ import annotations

from tintinh.explorer.pages import article, network, overview, page, search, tile_map, trends, word_use
from tintinh.explorer.view import View

VIEWS: tuple[View, ...] = (
    overview.VIEW,
    search.VIEW,
    trends.VIEW,
    tile_map.VIEW,
    network.VIEW,
    word_use.VIEW,
    article.VIEW,
    page.VIEW,
)
"""Every view, in the order of the menu."""

HOME: View = overview.VIEW
"""The view at ``/``."""
