"""The list of samples searches by a number that is kept beside each image; edits keep it true."""

import pytest

from app.services.samples.samples import sample_detail, sample_history
from tests.component.reviewing import NAMED_FIELD, Person, counted_field
from tests.component.upload_desk import UploadDesk


@pytest.fixture
def person(desk: UploadDesk) -> Person:
    """Somebody who has a counted field open."""
    return Person(desk.database, counted_field(desk, *NAMED_FIELD))


def test_the_list_of_samples_knows_the_cells_that_nobody_has_named_yet(desk: UploadDesk, person: Person) -> None:
    def unidentified() -> int:
        with desk.database.unit_of_work() as session:
            [summary] = sample_history(session).items
            detail = sample_detail(session, sample_id=desk.sample_id)
            assert detail.unidentified_cells == summary.unidentified_cells
            return summary.unidentified_cells

    counted_field(desk, *NAMED_FIELD, seed=1)
    assert unidentified() == 2

    person.does("relabel", "n3", **{"class": "WBC", "subtype": "lymphocyte"})
    assert unidentified() == 1

    person.does("relabel", "n2", **{"class": "WBC", "subtype": "unidentified"})
    assert unidentified() == 2
