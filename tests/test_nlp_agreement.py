import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from benchmarks.agreement import main
from nlp.agreement import Disagreement, agreement
from nlp.errors import NlpError

SLUGS = ("border", "tourism", "digital")


def labelling(**themes):
    return {one: frozenset(given_.split()) for one, given_ in themes.items()}


def line(one, *themes, title="Mưa to"):
    row = {"id": one, "title": title, "text": "Mưa suốt đêm.", "themes": themes, "primary": next(iter(themes), None)}
    return json.dumps(row, ensure_ascii=False)


def test_two_files_are_compared_and_every_difference_is_listed(tmp_path):
    first, second = tmp_path / "an.jsonl", tmp_path / "binh.jsonl"
    rows = [line("1", "border"), line("2", "border", "training", title="Lớp học | đêm"), line("3"), line("only-a")]
    first.write_text("\n".join(rows), encoding="utf-8")
    second.write_text(
        "\n".join([line("3"), line("1", "border"), line("2", "border", "human_rights")]), encoding="utf-8"
    )
    result = CliRunner().invoke(main, [str(first), str(second)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "3 articles in both" in result.output
    assert "| border | 2 | 2 | 2 | 1.000 | 1.000 |" in result.output
    assert "| training | 1 | 0 | 0 | 0.000 | 0.000 |" in result.output
    assert "| sea_islands | 0 | 0 | 0 | – | – |" in result.output
    assert "Macro F1 0.333, exact match 0.667." in result.output
    assert "Only in A, not compared: only-a." in result.output
    assert "Only in B" not in result.output
    assert r"| 2 | Lớp học \| đêm | training | human_rights |" in result.output


def test_a_file_that_does_not_read_is_one_sentence(tmp_path):
    result = CliRunner().invoke(main, [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")])
    assert result.exit_code == 1
    assert "a.jsonl: there is no such file of labelled news" in result.output


def test_figures_worked_out_by_hand():
    first = labelling(a="border", b="border tourism", c="", d="tourism", e="border")
    second = labelling(e="border", d="tourism border", c="", b="border", a="border", f="digital")
    found = agreement(first, second, SLUGS)
    border, tourism, digital = found.themes
    # border: A a b e, B a b d e; both 3 of 3 and 4. Observed 4/5, by chance (3·4 + 2·1)/25 = 14/25: (20-14)/(25-14)
    assert (border.first, border.second, border.both) == (3, 4, 3)
    assert border.f1 == pytest.approx(6 / 7)
    assert border.kappa == pytest.approx(6 / 11)
    # tourism: A b d, B d; observed 4/5, by chance (2·1 + 3·4)/25
    assert (tourism.first, tourism.second, tourism.both, tourism.f1) == (2, 1, 1, pytest.approx(2 / 3))
    assert tourism.kappa == pytest.approx(6 / 11)
    assert (digital.f1, digital.kappa) == (None, None)
    assert found.macro_f1 == pytest.approx((6 / 7 + 2 / 3) / 2)
    assert (found.articles, found.exact_match) == (5, pytest.approx(3 / 5))
    assert found.disagreements == (Disagreement("b", ("tourism",), ()), Disagreement("d", (), ("border",)))
    assert (found.missing_first, found.missing_second) == (("f",), ())


def test_nobody_gave_a_theme():
    found = agreement(labelling(a=""), labelling(a=""), SLUGS)
    assert (found.macro_f1, found.exact_match, found.disagreements) == (None, 1.0, ())


def test_unknown_themes_and_nothing_in_common_are_refused():
    with pytest.raises(NlpError, match="article 'a' has the unknown theme 'weather'; expected one of border"):
        agreement(labelling(a=""), labelling(a="weather"), SLUGS)
    with pytest.raises(NlpError, match="no article was labelled by both: 1 ids in the first, 2 in the second"):
        agreement(labelling(a=""), labelling(b="", c=""), SLUGS)


themes = st.frozensets(st.sampled_from(SLUGS))


@given(st.lists(st.tuples(themes, themes), min_size=1))
def test_kappa_is_scikit_learns_and_neither_side_is_the_truth(pairs):
    first, second = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    found, turned = agreement(first, second, SLUGS), agreement(second, first, SLUGS)
    assert (found.macro_f1, found.exact_match) == (turned.macro_f1, turned.exact_match)
    for one, other in zip(found.themes, turned.themes, strict=True):
        assert (one.f1, one.kappa) == (other.f1, other.kappa)
        columns = [[one.theme in side[key] for key in first] for side in (first, second)]
        if one.kappa is not None:
            assert one.kappa == pytest.approx(cohen_kappa_score(*columns))
