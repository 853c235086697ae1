"""Figures of sets of cells that can be worked out by hand."""

import pytest

from model.decoding import NamingSettings
from model.evaluation.naming.figures import set_figures
from model.evaluation.naming.labels import EIGHT, FIVE, FIVE_MERGED
from model.evaluation.naming.report import naming_table
from tests.unit.evaluation.naming.hand_made_cells import named

NEUTROPHIL, LYMPHOCYTE, IMMATURE = "neutrophil", "lymphocyte", "immature_granulocyte"

CELLS = [
    named(NEUTROPHIL, NEUTROPHIL, 0.99),
    named(NEUTROPHIL, NEUTROPHIL, 0.6, answer="unidentified"),
    named(NEUTROPHIL, LYMPHOCYTE, 0.9),
    named(NEUTROPHIL, "not found", None),
    named(LYMPHOCYTE, LYMPHOCYTE, 0.95),
    named(LYMPHOCYTE, IMMATURE, 0.7, answer="unidentified"),
]


def test_a_cell_not_found_is_wrong_and_told_apart_from_a_misnamed_one() -> None:
    found = set_figures(CELLS, EIGHT, resamples=10)
    row = dict(zip(found["forced"]["columns"], found["forced"]["confusion"][0], strict=True))

    assert found["figures"]["found_share"] == pytest.approx(5 / 6)
    assert found["figures"]["forced_accuracy"] == pytest.approx(3 / 6)
    assert found["figures"]["forced_accuracy_of_found"] == pytest.approx(3 / 5)
    assert (row[NEUTROPHIL], row[LYMPHOCYTE], row["not found"], row["unidentified"]) == (2, 1, 1, 0)


def test_at_work_unidentified_is_no_right_answer_and_no_name() -> None:
    found = set_figures(CELLS, EIGHT, resamples=10)
    row = dict(zip(found["working"]["columns"], found["working"]["confusion"][0], strict=True))

    assert found["figures"]["working_accuracy"] == pytest.approx(2 / 6)
    assert found["figures"]["named_share"] == pytest.approx(3 / 5)
    assert found["figures"]["accuracy_of_named"] == pytest.approx(2 / 3)
    assert (row[NEUTROPHIL], row[LYMPHOCYTE], row["not found"], row["unidentified"]) == (1, 1, 1, 1)


def test_macro_f1_is_the_mean_over_the_names_that_have_cells() -> None:
    found = set_figures(CELLS, EIGHT, resamples=10)
    rates = found["forced"]["classes"]

    assert rates[NEUTROPHIL]["f1"] == pytest.approx(2 * 2 / (4 + 2))
    assert rates[LYMPHOCYTE]["f1"] == pytest.approx(2 * 1 / (2 + 2))
    assert (rates[LYMPHOCYTE]["precision"], rates[LYMPHOCYTE]["recall"]) == (0.5, 0.5)
    assert (rates["basophil"]["cells"], rates["basophil"]["f1"]) == (0, None)
    assert found["figures"]["forced_macro_f1"] == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_an_immature_granulocyte_is_wrong_unless_taken_as_a_neutrophil() -> None:
    cells = [named(NEUTROPHIL, IMMATURE), named(LYMPHOCYTE, LYMPHOCYTE), named("erythroblast", NEUTROPHIL)]

    assert set_figures(cells, FIVE, resamples=10)["figures"]["forced_accuracy"] == pytest.approx(1 / 2)
    assert set_figures(cells, FIVE_MERGED, resamples=10)["figures"]["forced_accuracy"] == pytest.approx(1.0)
    assert set_figures(cells, FIVE, resamples=10)["cells"] == 2


def test_cells_that_calibrated_judge_only_what_calibration_cannot_change() -> None:
    calibrated = named(NEUTROPHIL, LYMPHOCYTE, 1.0, has_calibrated=True)
    found = set_figures([*CELLS, calibrated], EIGHT, resamples=10)
    without = set_figures(CELLS, EIGHT, resamples=10)
    same = ("working_accuracy", "named_share", "accuracy_of_named", "expected_calibration_error")

    assert (found["cells"], found["working_cells"]) == (7, 6)
    assert found["figures"]["forced_accuracy"] == pytest.approx(3 / 7)
    assert [found["figures"][name] for name in same] == [without["figures"][name] for name in same]


def test_undefined_figures_are_none_with_a_reason() -> None:
    found = set_figures([named(NEUTROPHIL, NEUTROPHIL, has_calibrated=True)], EIGHT, resamples=10)

    assert found["figures"]["expected_calibration_error"] is None
    assert "chose the temperature" in found["undefined"]["expected_calibration_error"]
    assert found["figures"]["forced_accuracy"] == 1.0
    assert "forced_accuracy" not in found["undefined"]
    nothing = set_figures([], EIGHT, resamples=10)
    assert set(nothing["undefined"]) == set(nothing["figures"])


def test_intervals_draw_originals_and_not_cells() -> None:
    alike = [named(NEUTROPHIL, NEUTROPHIL, original="one")] * 50 + [named(NEUTROPHIL, LYMPHOCYTE, original="two")] * 50
    apart = [named(cell.name, cell.likeliest, original=str(number)) for number, cell in enumerate(alike)]

    wide = set_figures(alike, EIGHT)["intervals"]["forced_accuracy"]
    narrow = set_figures(apart, EIGHT)["intervals"]["forced_accuracy"]

    assert wide == (0.0, 1.0)
    assert narrow[0] == pytest.approx(0.4, abs=0.02)
    assert set_figures(alike[:50], EIGHT)["intervals"]["forced_accuracy"] is None


def test_the_table_holds_the_sets_that_have_cells() -> None:
    cells = [named(NEUTROPHIL, NEUTROPHIL, source="bccd"), named(LYMPHOCYTE, LYMPHOCYTE, source="txl-pbc-bccd")]
    table = naming_table(cells, NamingSettings(1.5, 1.0, 0.8, 0.5), resamples=10)

    assert list(table["sets"]) == ["Kaggle on BCCD", "all white cells"]
    assert table["sets"]["Kaggle on BCCD"]["5 classes"]["cells"] == 2
    assert table["settings"]["white_temperature"] == 1.5
