"""Errors of this room; each text is one sentence that names file, line, key or value and what was expected."""

from __future__ import annotations


class NlpError(ValueError):
    """Something a person can mend."""


class ThemesError(NlpError):
    """A file of themes that cannot be used as it stands."""


class LabelledError(NlpError):
    """A file of labelled news that cannot be used as it stands."""


class ModelError(NlpError):
    """A stored model that must not be used, or one that must not be stored."""


class GazetteerError(NlpError):
    """A file of places and partners that cannot be used as it stands."""
