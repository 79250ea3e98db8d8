"""The card of a model: what it is for, what it learnt from, how good it is, and how to make it again."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.artefact import TrainedOn
from nlp.background import Background
from nlp.evaluate import Evaluation
from nlp.scores import Scores
from nlp.themes import Theme

_WITH_OTHERS = """\
{others}: news of others, whose texts are not ours to pass on and are not in the repository; only weights learnt from
them are. `tintinh train` in a fresh clone makes the model without them (the first table below is that model);
`tintinh train --also FILE` makes this one again for whoever has the files."""


BY_HAND = "labels by hand: "
"""Begins the name of what was learnt from labels by hand in a corpus; the person who gave them follows."""

_WITH_HAND = """\
Labels by hand are those of `tintinh label` in one corpus, joined with `tintinh train --hand CORPUS`. Their articles are
news of others, too, and are not passed on. They were chosen because a model was unsure of them, so figures on them
are lower than on news as it comes."""


def write_card(
    name: str,
    themes: Sequence[Theme],
    trained_on: Sequence[TrainedOn],
    evaluations: Sequence[Evaluation],
    *,
    with_others: bool,
    background: Background | None = None,
) -> str:
    """The card as Markdown; the figures are those of ``metrics.json``."""
    sources = "\n".join(f"- `{item.file}`: {item.articles} articles" for item in trained_on)
    files = [item.file for item in trained_on if not item.file.startswith(BY_HAND)]
    theirs = _WITH_OTHERS.format(others=", ".join(f"`{file}`" for file in files[1:]))
    others = theirs if with_others else "`tintinh train` makes it again."
    if len(files) < len(trained_on):
        others = f"{theirs}\n\n{_WITH_HAND}" if with_others else _WITH_HAND
    tables = "\n\n".join(table(evaluation) for evaluation in evaluations)
    per_theme = _themes(themes, evaluations[0].scores[0], trained_on)
    return f"""# {name}

Tags a Vietnamese provincial news article (title, lead, body, captions) with the themes of external information that it
is about; no theme is a normal answer. For finding and counting coverage, not for judging people or outlets.

**How.** One logistic regression a theme over TF-IDF of segmented words, the title counted three times, three signals
from the theme's own keywords and, where there is one, a background: a hundred directions along which words go together
in unlabelled news, folded into the words' weights. Probabilities calibrated and thresholds chosen on held-out groups.
Linear, so the sentences and words shown as evidence add up exactly to the decision.

**Learnt from**
{sources}

{_of_words(background)}

{others}

Labels are one annotator's, by `data/labelled/GUIDE.md`; a second one agreed on a blind sample
(`data/labelled/README.md` says how far, and how little that proves).
The demo's invented news (`data/sample`) was never learnt from.

## Figures
Articles are held out by province, outlet and story, never at random. Macro F1 is the mean over the themes that have a
label in the set. ECE is over all (article, theme) probabilities, most of them easily near zero. The settings (weight of
the title, penalty, scale of the signals, rule for thresholds, number of directions) were chosen on these same sets, so
the figures are a little kind; news from elsewhere has not been judged yet.

{tables}

## Each theme
{per_theme}

Figures: first table, the model's row. A theme's F1 from some twenty examples moves by several points with the folds.
Many of our stories were restated from teasers and are shorter than a page of a paper; the national papers' news is
from 2003–2019. Expect more misses where a theme fills one paragraph of a long report.
"""


def _of_words(background: Background | None) -> str:
    if background is None:
        return "No background of words: `tintinh train --no-background`, or there was none."
    return (
        f"Background of words: {len(background.words):,} words of {background.documents:,} unlabelled texts, "
        f"`background.npz` with the SHA-256 {background.digest()[:7]}…"
    )


def table(evaluation: Evaluation) -> str:
    """One evaluation as a Markdown table, a method a row."""
    seed = "" if evaluation.seed is None else f", seed {evaluation.seed}"
    rows = "\n".join(_row(scores) for scores in evaluation.scores)
    return (
        f"**{evaluation.dataset}**, {evaluation.scores[0].articles} articles; {evaluation.split}{seed}\n\n"
        "| method | macro F1 | micro F1 | precision | recall | exact | primary | ECE |\n"
        "|---|---|---|---|---|---|---|---|\n"
        f"{rows}"
    )


def _row(scores: Scores) -> str:
    figures = (
        scores.macro_f1,
        scores.micro_f1,
        scores.micro_precision,
        scores.micro_recall,
        scores.exact_match,
        scores.primary_accuracy,
    )
    ece = "–" if scores.ece is None else f"{scores.ece:.3f}"
    return f"| {scores.method} | " + " | ".join(f"{figure:.3f}" for figure in figures) + f" | {ece} |"


def _themes(themes: Sequence[Theme], scores: Scores, trained_on: Sequence[TrainedOn]) -> str:
    names = {theme.slug: theme.name for theme in themes}
    rows = [
        f"| `{item.theme}` | {names[item.theme]} | {sum(source.themes[item.theme] for source in trained_on)} "
        f"| {item.precision:.2f} | {item.recall:.2f} | {item.f1:.2f} |"
        for item in scores.themes
    ]
    header = "| theme | name | examples learnt from | precision | recall | F1 |\n|---|---|---|---|---|---|\n"
    return header + "\n".join(rows)
