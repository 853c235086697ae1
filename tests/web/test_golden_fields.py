"""A reviewed field is marked as the truth that weights are judged by, as its cells stood then."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.db.records import GoldenFieldRecord
from app.db.repositories import golden_fields
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_reviews import FIRST, SECOND, edit, send


@pytest.fixture
def field(counting_site: Site, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A field with a target cell, a neutrophil, an erythroblast, a platelet, and a red cell that does not count."""
    detail = counting_site.counted_sample(f"golden {request.node.name}"[:64], ("a.png", png_of(61, width=101)))
    review: dict[str, Any] = counting_site.client.get(f"/images/{detail['images'][0]['id']}/review").json()
    return review


def golden_of(site: Site, field: dict[str, Any]) -> GoldenFieldRecord | None:
    assert isinstance(site.client.app, FastAPI)
    with context_of(site.client.app).database.unit_of_work() as session:
        return golden_fields.find_live(session, field["image_id"])


def mark(site: Site, field: dict[str, Any], *, status: int = 200, withdraw: bool = False) -> str:
    address = f"/images/{field['image_id']}/golden{'/withdraw' if withdraw else ''}"
    answer = site.client.post(address, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    return answer.text


def test_a_field_that_nobody_reviewed_is_no_truth(counting_site: Site, field: dict[str, Any]) -> None:
    assert "review it first" in mark(counting_site, field, status=409)
    assert golden_of(counting_site, field) is None


def test_later_edits_do_not_change_what_was_marked(counting_site: Site, field: dict[str, Any]) -> None:
    send(counting_site, field, edit(FIRST, "relabel", "n1", **{"class": "WBC", "subtype": "monocyte"}))
    page = mark(counting_site, field)
    assert "Golden field" in page
    send(counting_site, field, edit(SECOND, "delete", "n3"))

    golden = golden_of(counting_site, field)
    assert golden is not None
    assert (golden.review_revision, golden.marked_by, golden.width) == (1, "test-admin", 101)
    found = [(cell["class"], cell["subtype"]) for cell in golden.reference_cells]
    assert found == [("RBC", "target"), ("WBC", "monocyte"), ("WBC", "erythroblast"), ("PLT", None)]
    assert "golden_field" not in counting_site.page("/admin/weights")
    assert f"/images/{field['image_id']}/golden/withdraw" in counting_site.page("/admin/weights")

    mark(counting_site, field)
    anew = golden_of(counting_site, field)
    assert anew is not None
    assert (anew.review_revision, len(anew.reference_cells)) == (2, 3)


def test_a_withdrawn_field_judges_nothing(counting_site: Site, field: dict[str, Any]) -> None:
    send(counting_site, field, edit(FIRST, "confirm", "n0"))
    mark(counting_site, field)

    page = mark(counting_site, field, withdraw=True)

    assert "Mark as golden" in page
    assert golden_of(counting_site, field) is None
