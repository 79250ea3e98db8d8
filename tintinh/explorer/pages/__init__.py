"""The pages: one module a view, each with a template and a table of words of the same name. Registered here alone."""

from __future__ import annotations

from tintinh.explorer.pages import article, page, search
from tintinh.explorer.view import View

VIEWS: tuple[View, ...] = (
    search.VIEW,
    article.VIEW,
    page.VIEW,
)
"""Every view, in the order of the menu."""

HOME: View = search.VIEW
"""The view at ``/``."""
