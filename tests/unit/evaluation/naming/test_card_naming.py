"""The model card's tables of naming."""

from model.decoding import NamingSettings
from model.evaluation.card_naming import FIGURE_COLUMNS, naming_tables
from model.evaluation.naming.report import naming_table
from tests.unit.evaluation.naming.hand_made_cells import named

CELLS = [
    *[named("neutrophil", "neutrophil", 0.9, original=str(number)) for number in range(8)],
    named("neutrophil", "basophil", 0.6, answer="unidentified", original="8"),
    named("basophil", "not found", None, original="9"),
]
TABLE = naming_table(CELLS, NamingSettings(1.25, 0.75, 0.7, 0.5), resamples=50)


def test_without_figures_there_is_no_table() -> None:
    assert list(naming_tables({"naming": None})) == []
    assert list(naming_tables({})) == []


def test_the_tables_show_the_figures_of_each_reading() -> None:
    lines = list(naming_tables({"naming": TABLE}))
    (row,) = [line for line in lines if line.startswith("| PBC | 8 classes |")]

    assert "temperature 1.25 for white cells and 0.75 for red ones, working confidence 0.70 and 0.50" in lines[1]
    assert row.startswith("| PBC | 8 classes | 10 | 10 | 90.0 % (")
    assert row.count("|") == 5 + len(FIGURE_COLUMNS)


def test_every_name_has_its_rates_and_what_it_was_taken_for() -> None:
    lines = list(naming_tables({"naming": TABLE}))
    heading = next(line for line in lines if line.startswith("| reference |")).split(" | ")
    row = next(line for line in lines if line.startswith("| neutrophil |")).split(" | ")
    answers = dict(zip(heading, row, strict=True))

    assert (answers["cells"], answers["recall"], answers["precision"]) == ("9", "0.889", "1.000")
    assert answers["basophil"] == "1"
    assert row[-1] == "1 of 9 |"


def test_a_source_left_out_tells_whether_the_detector_saw_it() -> None:
    taken = {"every": 2, "of": 20, "fields": 10}
    entry = {**TABLE, "detector_saw_fields": True, "fields_taken": taken}
    lines = list(naming_tables({"naming_left_out": {"pbc": entry}}))

    assert any("no sub-type label of the source was taught" in line for line in lines)
    assert any(line.startswith("| pbc | 10 (one in 2) | yes | PBC | 8 classes | 10 | 10 |") for line in lines)
