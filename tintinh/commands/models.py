"""``train``: the theme model from labelled news."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.options import themes_at, themes_option
from tintinh.language import tell
from tintinh.output import progress, say
from tintinh.settings import settings

if TYPE_CHECKING:
    from nlp.background import Background

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    "train",
    epilog="\b\nExamples:\n  tintinh train\n  tintinh train --also my-labels.jsonl --into models\n"
    "  tintinh train --hand data/var/corpus.sqlite    with the labels given by tintinh label\n"
    "  tintinh train --pool news.jsonl.gz    with a background of words learnt anew from unlabelled news",
)
@click.option("--labelled", type=_FILE, multiple=True, help="Labelled news [default: data/labelled/themes.jsonl].")
@click.option("--also", type=_FILE, multiple=True, help="More labelled news to learn from that is not passed on.")
@click.option("--hand", type=_FILE, metavar="CORPUS", help="A corpus whose labels by hand are learnt from, too.")
@click.option(
    "--background", "background_file", type=_FILE, help="A background of words [default: models/background.npz]."
)
@click.option(
    "--pool",
    type=_FILE,
    multiple=True,
    help='Unlabelled news (JSON Lines {"title", "text"}, also .gz) to learn the background of words anew from; '
    "it takes the place of background.npz where the model goes.",
)
@click.option("--no-background", is_flag=True, help="Learn from the labelled news alone.")
@themes_option
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: settings().models,
    show_default="models",
    help="Where the model's folder is made.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the folds.")
@click.option("--allow-lower", is_flag=True, help="Accept figures below models/floors.json, and lower it.")
def train_command(
    labelled: tuple[Path, ...],
    also: tuple[Path, ...],
    hand: Path | None,
    background_file: Path | None,
    pool: tuple[Path, ...],
    no_background: bool,
    themes_path: Path | None,
    into: Path,
    seed: int,
    allow_lower: bool,
) -> None:
    """Train the theme model on labelled news, measure it on held-out groups, and store it; about a minute.

    A model whose figures fall below the floors is refused. No model is overwritten. The same labels, background, seed
    and versions give the same model, byte by byte.
    """
    from nlp.background import Background
    from nlp.hand import hand_labels_at
    from nlp.keywords import Keywords
    from nlp.labelled import read_labelled
    from nlp.pool import learn_background
    from nlp.themes import slugs
    from nlp.train import train

    if sum((background_file is not None, bool(pool), no_background)) > 1:
        raise click.UsageError("--background, --pool and --no-background exclude each other; give one of them")
    themes = themes_at(themes_path)
    by_hand = hand_labels_at(hand, slugs(themes)) if hand else []
    ours = labelled or (settings().labelled,)
    background = None
    if pool:
        judged = [*read_labelled([*ours, *also], slugs(themes)), *by_hand]
        with progress("segmenting unlabelled news") as advance:
            background = learn_background(pool, Keywords.of(themes), judged=judged, seed=seed, advance=advance)
        say(
            tell(
                "background: {words} words of {texts} texts",
                words=len(background.words),
                texts=background.documents,
            )
        )
    elif background_file is not None:
        background = Background.load(background_file)
    elif not no_background:
        background = stored_background()
    with progress("training and measuring on held-out provinces and outlets"):
        path = train(
            ours,
            into,
            also=also,
            hand=by_hand,
            themes=themes,
            seed=seed,
            background=background,
            keep_background=bool(pool),
            allow_lower=allow_lower,
            shipped=settings().shipped_models,
        )
    click.echo(str(path))
    say(tell("figures: {figures}, card: {card}", figures=path / "metrics.json", card=path / "card.md"))


def stored_background() -> Background | None:
    """What unlabelled news knows about words: the models folder's own, else the shipped one; None where neither has."""
    from nlp.background import FILE, Background

    paths = (settings().models / FILE, settings().shipped_models / FILE)
    found = next((path for path in paths if path.is_file()), None)
    return Background.load(found) if found is not None else None
