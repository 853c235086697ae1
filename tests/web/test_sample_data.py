"""What is known and measured of a sample besides its images: forms, API, exports and the audit trail."""

import json
import re

import pytest

from app.schemas.tokens import Role
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.site import Site

DETAILS = {
    "patient_code": "P-0815",
    "sex": "female",
    "age_value": 34,
    "age_unit": "years",
    "stain": "Wright",
}


def mark_of(html: str) -> str:
    """The mark that the form sends back."""
    found = re.search(r'name="mark" value="([^"]+)"', html)
    assert found
    return found[1]


def newest_event(site: Site, action: str) -> tuple[dict[str, object], dict[str, object]]:
    """Old and new values of the newest entry of the audit trail with this action."""
    lines = site.page(f"/admin/audit/export?format=jsonl&action={action}").splitlines()
    entry = json.loads(lines[-1])
    return json.loads(entry["old_values"] or "{}"), json.loads(entry["new_values"])


def new_profile(site: Site, **fields: str) -> int:
    """Make a profile with the form and return its number."""
    given = {"name": f"profile {len(fields)}", **fields}
    answer = site.client.post("/admin/profiles", data=given, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return int(re.findall(r"/admin/profiles/(\d+)\"", site.page("/admin/profiles"))[-1])


def test_the_api_takes_the_data_and_gives_them_back(site: Site) -> None:
    profile_id = new_profile(site, name="camera A")
    given = DETAILS | {"accession_number": "26-1", "acquisition_profile_id": profile_id}

    created = site.client.post("/api/v1/samples", json=given)

    assert created.status_code == 201
    found = site.sample(created.json()["id"])
    assert {name: found[name] for name in given} == given
    assert found["acquisition_profile"]["name"] == "camera A"
    [listed] = site.client.get("/api/v1/samples?query=p-08").json()["items"]
    assert {name: listed[name] for name in given} == given


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"age_value": 34}, "both its number and its unit"),
        ({"age_value": 131, "age_unit": "years"}, "more than 130 years"),
        ({"age_value": -1, "age_unit": "days"}, "greater than or equal to 0"),
        ({"patient_code": "x" * 65}, "65 characters"),
        ({"acquisition_profile_id": 7}, "is not there"),
        ({"sex": "unknown"}, "female"),
    ],
)
def test_the_api_says_what_it_cannot_take(site: Site, fields: dict[str, object], words: str) -> None:
    answer = site.client.post("/api/v1/samples", json={"accession_number": "26-1"} | fields)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_change_is_saved_and_both_values_are_in_the_audit_trail(site: Site) -> None:
    sample_id = site.new_sample("26-1")
    form = {"accession_number": "26-2", "patient_code": "P-1", "sex": "male", "age_value": "3", "age_unit": "months"}
    form["mark"] = mark_of(site.page(f"/samples/{sample_id}/edit"))

    answer = site.client.post(f"/samples/{sample_id}/edit", data=form, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/samples/{sample_id}")
    assert site.sample(sample_id)["accession_number"] == "26-2"
    html = site.page(f"/samples/{sample_id}")
    assert "male, 3 months" in html
    old, new = newest_event(site, "sample.changed")
    assert old == {"accession_number": "26-1", "patient_code": None, "sex": None, "age_value": None, "age_unit": None}
    assert new == {
        "accession_number": "26-2",
        "patient_code": "P-1",
        "sex": "male",
        "age_value": 3,
        "age_unit": "months",
    }


def test_two_tabs_that_change_one_sample_do_not_overwrite_each_other(site: Site) -> None:
    sample_id = site.new_sample("26-1")
    mark = mark_of(site.page(f"/samples/{sample_id}/edit"))
    first = {"accession_number": "26-1", "stain": "Wright", "mark": mark}
    second = {"accession_number": "26-1", "patient_code": "P-2", "mark": mark}
    assert site.client.post(f"/samples/{sample_id}/edit", data=first).status_code == 200

    answer = site.client.post(f"/samples/{sample_id}/edit", data=second)

    assert answer.status_code == 409
    assert "so nothing was saved" in answer.text.replace("\n", " ")
    assert 'value="P-2"' in answer.text
    assert (site.sample(sample_id)["stain"], site.sample(sample_id)["patient_code"]) == ("Wright", None)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"accession_number": "TAKEN"}, "accession", "This number is taken."),
        ({"accession_number": ""}, "accession", "is empty"),
        ({"age_value": "3,5"}, "age_value", "is no whole number"),
        ({"age_value": "200"}, "age_value", "more than 130 years"),
        ({"sex": "other"}, "sex", "cannot be used here"),
        ({"acquisition_profile_id": "99"}, "acquisition_profile_id", "is not there"),
    ],
)
def test_a_field_that_cannot_be_used_is_explained_beside_it(
    site: Site, fields: dict[str, str], field: str, words: str
) -> None:
    site.new_sample("taken")
    sample_id = site.new_sample("26-1")
    mark = mark_of(site.page(f"/samples/{sample_id}/edit"))

    answer = site.client.post(
        f"/samples/{sample_id}/edit", data={"accession_number": "26-1", "note": "kept", "mark": mark} | fields
    )

    assert answer.status_code in (409, 422)
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(words)}', answer.text)
    assert ">kept</textarea>" in answer.text
    assert site.sample(sample_id)["accession_number"] == "26-1"


def test_the_first_form_takes_the_data_too(site: Site) -> None:
    data = {"accession_number": "26-1", "patient_code": "P-3", "age_value": "40", "age_unit": "years", "sex": ""}

    site.client.post("/samples", data=data, files={"files": ("one.png", png_of(10))})

    found = site.sample(1)
    assert (found["patient_code"], found["age_value"], found["sex"]) == ("P-3", 40, None)


def test_the_counts_as_a_table_name_the_patient_code(counting_site: Site) -> None:
    detail = counting_site.counted_sample("csv-details", ("a.png", png_of(33)))
    form = {"accession_number": "csv-details", "patient_code": "=P", "age_value": "2", "age_unit": "days"}
    form["mark"] = mark_of(counting_site.page(f"/samples/{detail['id']}/edit"))
    counting_site.client.post(f"/samples/{detail['id']}/edit", data=form)

    header, line = counting_site.page(f"/samples/{detail['id']}/counts.csv").splitlines()

    found = dict(zip(header.split(","), line.split(","), strict=True))
    assert (found["patient_code"], found["age_value"], found["age_unit"]) == ("'=P", "2", "days")


def test_an_archived_profile_is_kept_where_it_is_and_offered_nowhere_else(site: Site) -> None:
    profile_id = new_profile(site, name="old camera")
    with_it = site.client.post("/api/v1/samples", json={"accession_number": "1", "acquisition_profile_id": profile_id})
    site.client.post(f"/admin/profiles/{profile_id}/archive")

    refused = site.client.post("/api/v1/samples", json={"accession_number": "2", "acquisition_profile_id": profile_id})

    assert "archived" in refused.text
    assert "old camera (archived)" in site.page(f"/samples/{with_it.json()['id']}/edit")
    assert "old camera" not in site.page(f"/samples/{site.new_sample('3')}/edit")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "OLD camera"}, "name"),
        ({"um_per_px": "5"}, "um_per_px"),
        ({"um_per_px": "0.1 µm"}, "um_per_px"),
        ({"wbc_factor_per_ul": "0"}, "wbc_factor_per_ul"),
        ({"field_area_mm2": "nan"}, "field_area_mm2"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_beside_the_field(site: Site, fields: dict[str, str], field: str) -> None:
    new_profile(site, name="old camera")

    answer = site.client.post("/admin/profiles", data={"name": "new camera"} | fields)

    assert answer.status_code in (409, 422)
    assert re.search(rf'id="{field}-error">[^<]+', answer.text)
    assert len(set(re.findall(r"/admin/profiles/(\d+)\"", site.page("/admin/profiles")))) == 1


def test_a_change_of_a_profile_is_in_the_audit_trail(site: Site) -> None:
    profile_id = new_profile(site, name="camera", um_per_px="0,12")

    save_profile(site, profile_id, shown_mark(site, profile_id), "0.13")

    assert newest_event(site, "acquisition_profile.changed") == ({"um_per_px": 0.12}, {"um_per_px": 0.13})


def shown_mark(site: Site, profile_id: int) -> str:
    """The mark of what a profile's form shows."""
    return mark_of(site.page(f"/admin/profiles/{profile_id}"))


def save_profile(site: Site, profile_id: int, mark: str, um_per_px: str) -> tuple[int, str]:
    """Send the form of a profile; the status and the page that answer it."""
    given = {"name": "camera", "um_per_px": um_per_px, "mark": mark}
    answer = site.client.post(f"/admin/profiles/{profile_id}", data=given, follow_redirects=False)
    return answer.status_code, answer.text


def test_the_second_of_two_tabs_does_not_overwrite_a_profile(site: Site) -> None:
    profile_id = new_profile(site, name="camera", um_per_px="0.12")
    mark = shown_mark(site, profile_id)

    assert save_profile(site, profile_id, mark, "0.13")[0] == 303
    status, page = save_profile(site, profile_id, mark, "0.14")

    assert status == 409
    assert "since this page was opened, so nothing was saved" in page
    assert 'value="0.14"' in page  # what was typed is not lost
    assert 'value="0.13"' in site.page(f"/admin/profiles/{profile_id}")
    assert save_profile(site, profile_id, mark, "0.15")[0] == 409
    assert save_profile(site, profile_id, shown_mark(site, profile_id), "0.15")[0] == 303


def test_a_technician_edits_samples_and_not_the_laboratory(site: Site) -> None:
    sample_id = site.new_sample("26-1")
    sign_in(site.client, role=Role.TECHNICIAN)

    assert 'name="patient_code"' in site.page(f"/samples/{sample_id}/edit")
    assert "Make a new version" not in site.page("/reference-ranges/1")
    for address in ("/admin/profiles", "/admin/reference-ranges"):
        site.page(address, status=403)
