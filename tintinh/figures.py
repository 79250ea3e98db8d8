"""Figures of evaluations for people, a hundred columns wide, and as one table for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tintinh.language import heading, tell, translated
from tintinh.output import print_rows, print_table, say

if TYPE_CHECKING:
    from nlp.evaluate import Evaluation
    from nlp.scores import Scores

_COLUMNS = (
    "dataset", "split", "seed", "method", "theme", "articles", "support", "precision", "recall", "f1", "f1_low",
    "f1_high", "average_precision", "ece", "exact_match", "primary_accuracy",
)  # fmt: skip
# Heads of the columns in which the baselines stand beside the model, narrow enough for a hundred columns.
_BESIDE = {
    "plain TF-IDF and logistic regression": "plain\nF1",
    "underthesea TextClassifier": "under-\nthesea",
    "keyword rules": "rules\nF1",
}


def print_evaluation(evaluation: Evaluation, least: int, *, details: bool, after_another: bool) -> None:
    """Every method on a row, then every theme; with ``details`` reliability and abstention of the first method."""
    if after_another:
        click.echo()
    first = evaluation.scores[0]
    said = [
        tell("{dataset}: {articles} articles", dataset=evaluation.dataset, articles=first.articles),
        translated(evaluation.split),
    ]
    if evaluation.seed is not None:
        said.append(tell("seed {seed}", seed=evaluation.seed))
    if first.groups is not None:
        said.append(tell("bounds: bootstrap over {groups} groups", groups=first.groups))
    else:
        said.append(tell("bounds: bootstrap over single articles"))
    say("; ".join(said))
    print_table([_method(scores, least) for scores in evaluation.scores], list(_method(first, least)))
    click.echo()
    themes = list(_themes(evaluation.scores))
    print_table(themes, list(themes[0]))
    if details:
        _print_details(first)


def _method(scores: Scores, least: int) -> dict[str, Any]:
    return {
        "method": heading(scores.method),
        "macro F1": f"{scores.macro_f1:.3f} {_span(scores.macro_f1_low, scores.macro_f1_high)}",
        tell("themes\nn ≥ {least}", least=least): scores.macro_f1_from(least),
        "micro\nF1": scores.micro_f1,
        "exact\nmatch": scores.exact_match,
        "primary\nright": scores.primary_accuracy,
        "ECE": scores.ece,
        "macro\nAP": scores.macro_average_precision,
    }


def _themes(methods: Sequence[Scores]) -> Iterator[dict[str, Any]]:
    """A row a theme: the first method in full, the F1 of the baselines beside it; blank where nothing is labelled."""
    first = methods[0]
    for place, theme in enumerate(first.themes):
        there = theme.support > 0
        yield {
            "theme": theme.theme,
            "n": theme.support,
            "prec.": theme.precision,
            "rec.": theme.recall if there else None,
            "F1": f"{theme.f1:.3f} {_span(theme.f1_low, theme.f1_high)}" if there else "",
            "AP": theme.average_precision,
            "ECE": theme.ece,
            **{
                head: scores.themes[place].f1 if there else None
                for scores in methods[1:]
                if (head := _BESIDE.get(scores.method))
            },
        }


def _span(low: float, high: float) -> str:
    return f"[{low:.2f}–{high:.2f}]"


def _print_details(scores: Scores) -> None:
    if not scores.reliability:
        return
    click.echo()
    click.echo(
        tell(
            "Reliability of {method}: its probabilities by tenths, and the share of them that came true",
            method=heading(scores.method),
        )
    )
    print_table(
        [{"stated": one.stated, "observed": one.observed, "probabilities": one.count} for one in scores.reliability],
        ["stated", "observed", "probabilities"],
    )
    click.echo()
    click.echo(
        tell("Tagging only where the least sure decision has a confidence: share of articles, and of them exact")
    )
    print_table(
        [
            {"confidence": one.confidence, "coverage": one.coverage, "exact match": one.exact_match}
            for one in scores.abstaining
        ],
        ["confidence", "coverage", "exact match"],
    )


def print_csv(evaluations: Sequence[Evaluation]) -> None:
    """One table: a row for every method and theme, and for all themes ``all (macro)`` and ``all (micro)``."""
    print_rows(_rows(evaluations), _COLUMNS, as_json=False, as_csv=True)
    sys.stdout.flush()


def _rows(evaluations: Sequence[Evaluation]) -> Iterator[dict[str, Any]]:
    for evaluation in evaluations:
        which = {"dataset": evaluation.dataset, "split": evaluation.split, "seed": evaluation.seed}
        for scores in evaluation.scores:
            figures = scores.as_dict()
            same = {**which, "method": scores.method, "articles": scores.articles}
            yield {
                **same,
                "theme": "all (macro)",
                "f1": figures["macro_f1"],
                "f1_low": figures["macro_f1_low"],
                "f1_high": figures["macro_f1_high"],
                "average_precision": figures["macro_average_precision"],
            }
            yield {
                **same,
                "theme": "all (micro)",
                "support": sum(theme["support"] for theme in figures["themes"]),
                "precision": figures["micro_precision"],
                "recall": figures["micro_recall"],
                "f1": figures["micro_f1"],
                **{key: figures[key] for key in ("ece", "exact_match", "primary_accuracy")},
            }
            for theme in figures["themes"]:
                yield {**same, **theme}
