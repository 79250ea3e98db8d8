"""Where things lie: the one place that knows default paths."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent
SHIPPED = PACKAGE / "shipped"


def _in_checkout() -> bool:
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "data").is_dir()


def _given(folder: str, shipped: str) -> Path:
    """A folder that comes with the project: of the checkout, else of the installed wheel."""
    return CHECKOUT / folder if _in_checkout() else SHIPPED / shipped


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths of one run. ``home`` is the checkout, or what ``TINTINH_HOME`` names, or ``~/tintinh``."""

    home: Path

    @property
    def corpus(self) -> Path:
        """The corpus database; it can be made again from the archive."""
        return self.home / "data" / "var" / "corpus.sqlite"

    @property
    def archive(self) -> Path:
        """The page archive: what cannot be made again."""
        return self.home / "data" / "archive"

    @property
    def models(self) -> Path:
        """Where models are trained to."""
        return self.home / "models"

    @property
    def shipped_models(self) -> Path:
        """The models that come with the project."""
        return _given("models", "models")

    @property
    def themes(self) -> Path | None:
        """The file of themes that ``TINTINH_THEMES`` names, to be used in place of the project's."""
        named = os.environ.get("TINTINH_THEMES")
        return Path(named).expanduser() if named else None

    @property
    def labelled(self) -> Path:
        """The labelled news that comes with the project."""
        return _given("data/labelled", "labelled") / "themes.jsonl"

    @property
    def sample(self) -> Path:
        """The plan and the outlets of the sample corpus."""
        return _given("data/sample", "sample")

    @property
    def sample_home(self) -> Path:
        """Where the sample corpus is made."""
        return self.home / "data" / "var" / "sample"

    @property
    def stories(self) -> Path:
        """The invented news of the loopback newspaper."""
        return self.sample / "newspaper"


def settings() -> Settings:
    """The settings of this process."""
    named = os.environ.get("TINTINH_HOME")
    if named:
        return Settings(Path(named).expanduser().resolve())
    return Settings(CHECKOUT if _in_checkout() else Path.home() / "tintinh")
