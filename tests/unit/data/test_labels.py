"""The one table that maps every data set's labels to cell classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.classes import CELL_CLASSES, CellClass, UnknownLabel, cell_class_of_label

RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
KNOWN = {"rbc", "r", "wbc", "w", "platelets", "platelet", "platlets", "plt"}


@pytest.mark.parametrize(
    ("label", "cell_class"),
    [
        ("RBC", RED),
        ("rbc", RED),
        (" RBC\n", RED),
        ("R", RED),
        ("WBC", WHITE),
        ("W", WHITE),
        ("Platelets", PLATELET),
        ("platelets", PLATELET),
        ("Platlets", PLATELET),
        ("PLT", PLATELET),
    ],
)
def test_every_spelling_the_data_sets_use_has_its_class(label: str, cell_class: CellClass) -> None:
    assert cell_class_of_label(label) is cell_class


@pytest.mark.parametrize("label", ["", "RBCs", "sickle cell", "0", "platelets-clumped", "WBC RBC"])
def test_an_unknown_label_is_an_error_that_names_it_and_what_is_known(label: str) -> None:
    with pytest.raises(UnknownLabel) as caught:
        cell_class_of_label(label)

    assert repr(label) in str(caught.value)
    assert "platlets" in str(caught.value)
    assert "model/classes.py" in str(caught.value)


@given(st.text().filter(lambda text: text.strip().lower() not in KNOWN))
def test_no_text_is_ever_guessed_to_be_a_cell(label: str) -> None:
    with pytest.raises(UnknownLabel):
        cell_class_of_label(label)


def test_the_channel_order_of_the_released_weights_never_changes() -> None:
    assert [cell_class.value for cell_class in CELL_CLASSES] == ["RBC", "WBC", "PLT"]
