"""Override rates: what persons changed of what the network had suggested, and what is no override."""

from app.schemas.result_record import CellEntry
from app.schemas.reviews import CellState
from app.services.quality.override_rates import OverrideTally
from app.services.reviews.reviewed_cells import network_state
from model.classes import CellClass


def cell(subtype: str | None, *, cell_class: str = "WBC", is_counted: bool = True) -> CellEntry:
    return CellEntry.model_validate(
        {"class": cell_class, "box": [0, 0, 9, 9], "score": 0.9, "counted": is_counted, "subtype": subtype}
        | {"subtype_probability": None}
    )


def by(one: CellEntry, **changes: object) -> CellState:
    return network_state(one).model_copy(update={"confirmed_by": "anna", "counted": True} | changes)


def test_changes_are_counted_by_what_was_suggested() -> None:
    cells = [cell("neutrophil")] * 5 + [cell("unidentified")] * 2 + [cell(None, cell_class="PLT")]
    cells.append(cell("monocyte", is_counted=False))
    states = {
        "n0": by(cells[0]),
        "n1": by(cells[1], subtype="monocyte"),
        "n2": by(cells[2], removed=True, counted=False),
        "n3": network_state(cells[3]),  # taken back
        "n5": by(cells[5], subtype="basophil"),
        "n6": by(cells[6]),
        "n7": by(cells[7], cell_class=CellClass.RED_BLOOD_CELL, subtype=None),
        "n8": by(cells[8]),
        "p" + "a" * 32: by(cells[0], subtype="eosinophil"),
        "p" + "b" * 32: by(cells[0], removed=True),
    }
    tally = OverrideTally()
    tally.add_field(cells, states)

    rows = {(row.cell_class, row.subtype): row for row in tally.types()}
    neutrophils, platelets, total = rows["WBC", "neutrophil"], rows["PLT", None], tally.total()
    assert (neutrophils.suggested, neutrophils.looked_at, neutrophils.changed) == (5, 3, 2)
    assert neutrophils.became == {"monocyte": 1, "removed": 1}
    assert (platelets.suggested, platelets.changed, platelets.became) == (1, 1, {"RBC": 1})
    assert (total.suggested, total.looked_at, total.changed) == (6, 4, 3)
    assert neutrophils.of_suggested.percent == 40
    assert (round(neutrophils.of_suggested.low or 0, 1), round(neutrophils.of_suggested.high or 0, 1)) == (5.3, 85.3)
    assert (tally.left_open, tally.left_open_named) == (2, 1)
    assert tally.added == {"monocyte": 1, "eosinophil": 1}


def test_a_type_that_nobody_looked_at_has_no_rate_of_those_looked_at() -> None:
    tally = OverrideTally()
    tally.add_field([cell("neutrophil")], {})

    [row] = tally.types()
    assert (row.of_looked_at.percent, row.of_suggested.percent) == (None, 0)
