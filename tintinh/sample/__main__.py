"""Draw the plan of the sample anew from all texts that there are: ``python -m tintinh.sample``."""

from __future__ import annotations

from tintinh.sample.outlets import read_outlets
from tintinh.sample.plan import draw, write_plan
from tintinh.sample.texts import read_texts
from tintinh.settings import settings


def main() -> None:
    """Draw the plan and write it to its file."""
    folder = settings().sample
    write_plan(draw(read_texts(settings().labelled, settings().stories), read_outlets(folder)), folder / "plan.csv")


if __name__ == "__main__":
    main()
