"""What the sample page says once of the evenness of all classes."""

from app.services.figures.evenness import field_evenness
from app.web.figures_view import shared_evenness_note


def test_a_reason_that_holds_for_every_class_is_said_once() -> None:
    note = shared_evenness_note({code: field_evenness([40]) for code in ("RBC", "WBC", "PLT")})

    assert note.endswith("is not available: Evenness needs at least two counted fields.")


def test_reasons_of_single_classes_are_left_to_their_counts() -> None:
    assert shared_evenness_note({"RBC": field_evenness([40, 50]), "WBC": field_evenness([1, 2])}) == ""
    assert shared_evenness_note({"RBC": field_evenness([40, 50]), "WBC": field_evenness([40, 50])}) == ""
    assert shared_evenness_note({}) == ""
