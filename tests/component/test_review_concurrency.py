"""Several tabs that edit one field at the very same moment."""

from concurrent.futures import ThreadPoolExecutor

from tests.component.reviewing import NAMED_FIELD, Person, counted_field, new_id, statuses
from tests.component.upload_desk import UploadDesk

BOX = (2.0, 30.0, 12.5, 42.0)


def test_many_at_the_same_moment_number_their_edits_without_a_gap(desk: UploadDesk) -> None:
    image_id = counted_field(desk, *NAMED_FIELD)
    tabs = [Person(desk.database, image_id, f"tab {index}") for index in range(6)]
    batches = [[tab.edit("add", f"p{new_id()}", **{"class": "PLT", "box": BOX}) for _ in range(5)] for tab in tabs]

    with ThreadPoolExecutor(len(tabs)) as pool:
        answers = list(pool.map(lambda pair: pair[0].send(*pair[1]), zip(tabs, batches, strict=True)))

    assert {status for answer in answers for status in statuses(answer)} == {"saved"}
    found = Person(desk.database, image_id).open()
    assert [edit.revision for edit in found.edits] == list(range(1, 31))
    counts = Person(desk.database, image_id).result().counts
    assert counts is not None
    assert counts.PLT == 31
