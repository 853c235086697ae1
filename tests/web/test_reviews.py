"""Correcting a field over HTTP: the viewer and the galleries, the edits, and what everybody sees of them afterwards."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image

from app.db.repositories.audit_events import AuditFilter
from app.schemas.audit import AuditAction
from app.services.audit import find_entries
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_downloads import rows_of
from tests.web.test_sample_page import foreign_markup

FIRST, SECOND = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def field(counting_site: Site, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A field with a target cell, a neutrophil, an erythroblast, a platelet, and a red cell that does not count."""
    number = f"review {request.node.name}"[:64]
    detail = counting_site.counted_sample(number, ("a.png", png_of(60, width=97)))
    review: dict[str, Any] = counting_site.client.get(f"/images/{detail['images'][0]['id']}/review").json()
    return review


def send(site: Site, field: dict[str, Any], *edits: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Send edits as a page does, or with a prefix as a program."""
    body = {"analysis_id": field["analysis_id"], "seen_revision": 0, "edits": edits}
    answer = site.client.post(f"{prefix}/images/{field['image_id']}/edits", json=body)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def edit(edit_id: str, action: str, cell: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    """One edit."""
    return {"edit_id": edit_id, "action": action, "cell": cell, **values}


def test_the_review_gives_the_networks_cells_and_the_edits(counting_site: Site, field: dict[str, Any]) -> None:
    assert [cell["class"] for cell in field["cells"]] == ["RBC", "WBC", "WBC", "PLT", "RBC"]
    assert (field["revision"], field["edits"]) == (0, [])

    answer = send(counting_site, field, edit(FIRST, "relabel", "n1", **{"class": "WBC", "subtype": "monocyte"}))

    assert answer["revision"] == 1
    assert answer["outcomes"] == [{"edit_id": FIRST, "status": "saved", "revision": 1, "message": None}]
    again = counting_site.client.get(f"/images/{field['image_id']}/review").json()
    assert again["cells"] == field["cells"]
    assert [(one["actor"], one["old"]["subtype"], one["new"]["subtype"]) for one in again["edits"]] == [
        ("test-admin", "neutrophil", "monocyte")
    ]
    later = counting_site.client.get(f"/images/{field['image_id']}/edits?after=1").json()
    assert (later["revision"], later["edits"]) == (1, [])


def test_everybody_sees_the_reviewed_cells(counting_site: Site, field: dict[str, Any]) -> None:
    added = edit(SECOND, "add", f"p{SECOND}", **{"class": "RBC", "subtype": "normal", "box": [2, 2, 20, 20]})
    send(counting_site, field, edit(FIRST, "relabel", "n1", **{"class": "WBC", "subtype": "monocyte"}), added)

    image_id, sample_id = field["image_id"], field["sample_id"]
    record = counting_site.client.get(f"/api/v1/images/{image_id}/result").json()
    html = counting_site.page(f"/samples/{sample_id}")
    cells = rows_of(counting_site.client.get(f"/images/{image_id}/cells.csv").content.decode())
    [counts] = rows_of(counting_site.client.get(f"/samples/{sample_id}/counts.csv").content.decode())

    assert record["counts"] == {"RBC": 2, "WBC": 1, "PLT": 1, "NRBC": 1}
    assert record["network_counts"] == {"RBC": 1, "WBC": 1, "PLT": 1, "NRBC": 1}
    assert record["differential"]["monocyte"] == 1
    assert (record["schema"], record["review"]["relabelled"], record["review"]["added"]) == (1, 1, 1)
    assert record["cells"][1]["suggested"]["subtype"] == "neutrophil"
    assert "White cell, monocyte, confirmed by test-admin" in html
    assert "Persons confirmed or changed 2 cells on 1 of 1 image" in html
    assert "Cells by persons: 1 renamed, 1 added." in html
    assert "not reviewed by a person" not in html
    assert html.count("data-confirmed") == 2
    assert [(row["origin"], row["confirmed_by"]) for row in cells][-1] == ("person", "test-admin")
    assert [row["score"] for row in cells][-1] == ""
    assert (counts["RBC"], counts["cells_renamed_by_persons"], counts["cells_added_by_persons"]) == ("2", "1", "1")


def test_programs_edit_over_the_api(counting_site: Site, field: dict[str, Any]) -> None:
    answer = send(counting_site, field, edit(FIRST, "delete", "n3"), prefix="/api/v1")

    assert answer["outcomes"][0]["status"] == "saved"
    sample = counting_site.sample(field["sample_id"])
    assert sample["counts"]["PLT"] == 0
    assert sample["images"][0]["review"]["removed"] == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"edit_id": "short"}, 422),
        ({"cell": "x1"}, 422),
        ({"action": "paint"}, 422),
        ({"box": [1, 2, 3]}, 422),
    ],
)
def test_a_body_that_is_no_edit_is_refused(
    counting_site: Site, field: dict[str, Any], change: dict[str, Any], status: int
) -> None:
    body = {"analysis_id": field["analysis_id"], "seen_revision": 0, "edits": [edit(FIRST, "confirm", "n0") | change]}

    headers = {"Accept": "application/json"}
    answer = counting_site.client.post(f"/images/{field['image_id']}/edits", json=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "invalid_input")


def test_edits_from_another_site_are_refused(counting_site: Site, field: dict[str, Any]) -> None:
    body = {"analysis_id": field["analysis_id"], "seen_revision": 0, "edits": [edit(FIRST, "confirm", "n0")]}

    answer = counting_site.client.post(
        f"/images/{field['image_id']}/edits", json=body, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert counting_site.client.get(f"/images/{field['image_id']}/review").json()["revision"] == 0


def test_the_viewer_names_its_field_and_its_neighbours(counting_site: Site) -> None:
    detail = counting_site.counted_sample("viewer-1", ("<a>.png", png_of(40)), ("b.png", png_of(41)))
    first, second = (image["id"] for image in detail["images"])

    html = counting_site.page(f"/samples/{detail['id']}/fields/{first}")

    assert f'rel="next" href="/samples/{detail["id"]}/fields/{second}"' in html
    assert 'rel="prev"' not in html
    assert html.count('data-type-key="WBC:') == 8
    assert html.count('data-type-key="RBC:') == 13
    keys = re.findall(r'data-key="(.)"', html)
    assert len(keys) == len(set(keys)) == 22
    assert not set(keys) & set("fag+-=[]")  # what these do is fixed
    assert foreign_markup(html) == []
    assert not re.search(r"<style|\sstyle=", html)
    moved = counting_site.client.get(f"/images/{first}", follow_redirects=False)
    assert moved.headers["location"] == f"/samples/{detail['id']}/fields/{first}"


def test_a_field_of_another_sample_or_without_cells_has_no_viewer(counting_site: Site) -> None:
    detail = counting_site.counted_sample("viewer-2", ("a.png", png_of(43)), ("dark.png", png_of(0)))
    other = counting_site.counted_sample("viewer-3", ("a.png", png_of(44)))
    counted, refused = (image["id"] for image in detail["images"])

    assert counting_site.client.get(f"/samples/{other['id']}/fields/{counted}").status_code == 404
    assert counting_site.client.get(f"/samples/{detail['id']}/fields/{refused}").status_code == 409
    assert counting_site.client.get(f"/samples/{detail['id']}/fields/99999").status_code == 404


def groups_of(html: str) -> dict[str, list[str]]:
    """The cells of a gallery by group."""
    parts = re.split(r'data-group="', html)[1:]
    return {part.partition('"')[0]: re.findall(r'data-cell="(\w+)"', part) for part in parts}


def test_the_galleries_group_the_counted_cells_by_type(counting_site: Site, field: dict[str, Any]) -> None:
    send(counting_site, field, edit(FIRST, "relabel", "n1", **{"class": "WBC", "subtype": "unidentified"}))
    sample_id = field["sample_id"]

    white = groups_of(counting_site.page(f"/samples/{sample_id}/gallery"))
    red = groups_of(counting_site.page(f"/samples/{sample_id}/gallery?cells=red"))

    assert next(iter(white)) == "WBC:unidentified"
    assert {key: cells for key, cells in white.items() if cells} == {
        "WBC:unidentified": ["n1"], "WBC:erythroblast": ["n2"],
    }  # fmt: skip
    assert {key: cells for key, cells in red.items() if cells} == {"RBC:target": ["n0"]}
    assert list(red)[-1] == "RBC:normal"


def test_a_sheet_of_crops_shows_the_cells_and_is_kept_for_ever(counting_site: Site, field: dict[str, Any]) -> None:
    send(
        counting_site,
        field,
        edit(SECOND, "add", f"p{SECOND}", **{"class": "WBC", "subtype": "monocyte", "box": [2, 2, 30, 30]}),
    )
    html = counting_site.page(f"/samples/{field['sample_id']}/gallery")
    addresses = sorted(set(re.findall(r'<image href="(/images/[^"]+)" width="(\d+)" height="(\d+)"', html)))

    assert [address.rpartition("/")[2] for address, _, _ in addresses] == ["network-WBC-0.jpg", "person-WBC-1.jpg"]
    for address, width, height in addresses:
        answer = counting_site.client.get(address)
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        with Image.open(BytesIO(answer.content)) as sheet:
            assert sheet.size == (int(width), int(height))
            # The field is plain grey of shade 60: so is the middle of every cell.
            assert sheet.getpixel((56, 56)) == pytest.approx((60, 60, 60), abs=3)


@pytest.mark.parametrize("sheet", ["network-PLT-1", "person-RBC-1", "network-XYZ-0", "robot-RBC-0"])
def test_a_sheet_that_does_not_exist_is_not_found(counting_site: Site, field: dict[str, Any], sheet: str) -> None:
    address = f"/images/{field['image_id']}/crops/{field['analysis_id']}/{sheet}.jpg"

    assert counting_site.client.get(address).status_code == 404


def test_a_sheet_of_an_older_count_is_not_found(counting_site: Site, field: dict[str, Any]) -> None:
    address = f"/images/{field['image_id']}/crops/{field['analysis_id'] + 1000}/network-RBC-0.jpg"

    assert counting_site.client.get(address).status_code == 404


def test_edits_from_a_page_of_somebody_who_is_signed_out_are_not_kept_under_the_next_ones_name(
    counting_site: Site, field: dict[str, Any]
) -> None:
    body = {"analysis_id": field["analysis_id"], "seen_revision": 0, "edits": [edit(FIRST, "confirm", "n1")]}

    address, asked = f"/images/{field['image_id']}/edits", {"Accept": "application/json"}

    other = counting_site.client.post(address, json=body | {"editor": "m.koch"}, headers=asked)
    own = counting_site.client.post(address, json=body | {"editor": "test-admin"}, headers=asked)

    assert (other.status_code, other.json()["error"]["code"]) == (409, "editor_changed")
    assert "made by m.koch, but test-admin is signed in now" in other.json()["error"]["message"]
    assert (own.status_code, own.json()["revision"]) == (200, 1)
    review = counting_site.client.get(f"/images/{field['image_id']}/review").json()
    assert [one["actor"] for one in review["edits"]] == ["test-admin"]


def test_a_suggestion_is_drawn_otherwise_than_what_a_person_confirmed(
    counting_site: Site, field: dict[str, Any]
) -> None:
    before = counting_site.page(f"/samples/{field['sample_id']}")
    send(counting_site, field, edit(FIRST, "confirm", "n1"))
    after = counting_site.page(f"/samples/{field['sample_id']}")

    assert (before.count('class="tick"'), before.count("data-confirmed")) == (0, 0)
    assert (after.count('class="tick"'), after.count("data-confirmed")) == (1, 1)
    assert "A full line with a tick: a person has confirmed or named the cell." in after


def test_corrections_stand_in_the_audit_trail_with_their_maker(counting_site: Site, field: dict[str, Any]) -> None:
    send(counting_site, field, edit(FIRST, "confirm", "n1"), edit(SECOND, "delete", "n0"))
    send(counting_site, field, edit(FIRST, "confirm", "n1"))  # sent again: nothing new, and nothing new in the trail

    app = counting_site.client.app
    assert isinstance(app, FastAPI)
    wanted = AuditFilter(action=AuditAction.CELLS_CORRECTED)
    with context_of(app).database.unit_of_work() as session:
        found = [one for one in find_entries(session, wanted).entries if one.subject_id == field["image_id"]]

    assert [one.actor_name for one in found] == ["test-admin"]
    assert json.loads(found[0].new_values or "") == {"edits": 2, "revision": 2}
