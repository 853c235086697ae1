"""Signing a sample over HTTP: the checks, the password, what a signature freezes, and a correction."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.repositories.range_sets import newest_set
from app.schemas.audit import AuditAction
from app.schemas.tokens import Role
from app.web.context import context_of
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.signing import FORM, PASSWORD, SignPage, give_password, open_correction, sample_to_sign, sign
from tests.web.site import Site
from tests.web.test_downloads import rows_of
from tests.web.test_reviews import FIRST, SECOND, edit, send


@pytest.fixture(autouse=True)
def _can_sign(counting_site: Site) -> None:
    give_password(counting_site)


def field_of(site: Site, sample: dict[str, Any]) -> dict[str, Any]:
    review: dict[str, Any] = site.client.get(f"/images/{sample['images'][0]['id']}/review").json()
    return review


def test_a_sample_is_signed_as_it_was_shown(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-1")
    page = SignPage(counting_site, sample["id"])

    assert page.checks == ["white_cells_unconfirmed", "short_differential", "warning_colour_missing", "few_cells"]
    answer = page.send(pictures=[sample["images"][0]["id"]])

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/samples/{sample['id']}/reports/1"
    detail = counting_site.sample(sample["id"])
    assert detail["status"] == "signed"
    assert [one["version"] for one in detail["report_versions"]] == [1]
    report = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports/1").json()
    content = report["content"]
    assert report["faults"] == []
    assert content["counts"] == detail["counts"]
    assert [check["code"] for check in content["checks"]] == page.checks
    assert content["signature"]["signer"] == "test-admin"
    assert content["signature"]["meaning"]["id"] == "reviewed"
    assert [one["image_id"] for one in content["pictures"]] == [sample["images"][0]["id"]]
    assert content["weights"][0]["sha256"] == "ab12" * 16
    assert "Signed" in counting_site.page("/samples?q=sign-1&status=signed")
    assert counting_site.client.get("/api/v1/samples?query=sign-1&status=ready").json()["items"] == []


def test_every_check_has_to_be_acknowledged(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-2")
    page = SignPage(counting_site, sample["id"])

    answer = page.send(acknowledged=page.checks[:1])

    assert answer.status_code == 422
    assert "Not acknowledged yet: Short differential (n = 1); Warning: colour missing; Too few cells." in answer.text
    assert counting_site.sample(sample["id"])["status"] == "ready"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": ""}, "Enter your password"),
        ({"password": "not my password at all"}, "This is not your password."),
        ({"meaning": ""}, "Choose what your signature says."),
        ({"meaning": "whatever"}, "Choose what your signature says."),
        ({"pictures": [987654]}, "not a counted image of this sample"),
    ],
)
def test_what_is_missing_is_told_and_what_was_filled_in_stays(
    counting_site: Site, request: pytest.FixtureRequest, changes: dict[str, Any], told: str
) -> None:
    sample = sample_to_sign(counting_site, f"sign {request.node.name}"[-60:])
    page = SignPage(counting_site, sample["id"])

    answer = page.send(**changes)

    assert answer.status_code == 422
    assert told in answer.text
    assert answer.text.count("checked") >= len(page.checks)
    assert PASSWORD not in answer.text
    assert counting_site.sample(sample["id"])["status"] == "ready"


def test_what_changed_since_the_page_was_opened_is_not_signed(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-3")
    page = SignPage(counting_site, sample["id"])
    send(counting_site, field_of(counting_site, sample), edit(FIRST, "confirm", "n1"))

    answer = page.send()

    assert answer.status_code == 409
    assert "The counts have changed since you opened this page" in answer.text
    assert " checked" not in answer.text.partition("3. Images")[0]
    assert counting_site.sample(sample["id"])["status"] == "ready"


def test_nothing_to_count_cannot_be_signed(counting_site: Site) -> None:
    sample = counting_site.counted_sample("sign-4", ("dark.png", png_of(0)))

    html = counting_site.page(f"/samples/{sample['id']}/sign")
    answer = SignPage(counting_site, sample["id"]).send()

    assert 'data-check="nothing_counted"' in html
    assert 'name="password"' not in html
    assert answer.status_code == 409
    assert "cannot be signed yet" in answer.text


def test_a_signed_sample_stands_still(counting_site: Site) -> None:
    sample = counting_site.counted_sample("sign-5", ("a.png", png_of(62, width=95)), ("dark.png", png_of(1)))
    counted, refused = (image["id"] for image in sample["images"])
    field = counting_site.client.get(f"/images/{counted}/review").json()
    sign(counting_site, sample["id"])
    json_only = {"Accept": "application/json"}
    body = {"analysis_id": field["analysis_id"], "seen_revision": 0, "edits": [edit(FIRST, "confirm", "n1")]}

    answers = [
        counting_site.client.post(f"/images/{counted}/edits", json=body, headers=json_only),
        counting_site.client.post(f"/api/v1/images/{counted}/edits", json=body),
        counting_site.try_upload(sample["id"], ("new.png", png_of(63))),
        counting_site.client.post(f"/api/v1/images/{refused}/set-aside"),
        counting_site.client.post(f"/api/v1/images/{refused}/take-back"),
        counting_site.client.post(f"/api/v1/samples/{sample['id']}/retry"),
    ]

    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(409, "sample_signed")] * 6
    found = re.search('name="mark" value="([^"]+)"', counting_site.page(f"/samples/{sample['id']}/edit"))
    assert found
    data = {"accession_number": "sign-5", "patient_code": "P-1", "mark": found[1]}
    for address, values in (
        ("edit", data),
        ("measurements", {"analyser_rbc_10e12_per_l": "4.5", "analyser_name": "XN"}),
    ):
        answer = counting_site.client.post(f"/samples/{sample['id']}/{address}", data=values, headers=json_only)
        assert (address, answer.status_code, answer.json()["error"]["code"]) == (address, 409, "sample_signed")
    assert f"/samples/{sample['id']}/reports" in answers[0].json()["error"]["message"]
    assert len(counting_site.sample(sample["id"])["images"]) == 2
    html = counting_site.page(f"/samples/{sample['id']}")
    assert 'data-reports="signed"' in html
    assert "data-differs-from-signed" not in html
    for refused in ("/edit", "/measurements", "/take-back", "/set-aside"):
        assert f'{refused}"' not in html
    assert counting_site.page("/samples?query=sign-5&review=yes").count("sign-5</a>") == 0
    for page in (f"/samples/{sample['id']}/gallery", f"/samples/{sample['id']}/fields/{counted}"):
        assert " data-signed" in counting_site.page(page)
    assert "Add images to this sample" not in html
    assert "upload.js" not in html  # it needs the form


def test_a_signed_sample_is_not_signed_again(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-6")
    page = SignPage(counting_site, sample["id"])
    sign(counting_site, sample["id"])

    assert page.send().status_code == 409
    again = counting_site.client.get(f"/samples/{sample['id']}/sign", headers=FORM, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, f"/samples/{sample['id']}/reports")


def test_a_correction_makes_a_new_version_and_keeps_the_old_one(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-7")
    sample_id = sample["id"]
    sign(counting_site, sample_id)
    first = counting_site.client.get(f"/samples/{sample_id}/reports/1.json").content

    assert open_correction(counting_site, sample_id).status_code == 303
    assert counting_site.sample(sample_id)["status"] == "ready"
    assert 'data-reports="correcting"' in counting_site.page(f"/samples/{sample_id}")
    named = edit(SECOND, "relabel", "n1", **{"class": "WBC", "subtype": "monocyte"})
    send(counting_site, field_of(counting_site, sample), named)
    assert sign(counting_site, sample_id, meaning="approved") == 2

    second = counting_site.client.get(f"/api/v1/samples/{sample_id}/reports/2").json()
    listed = counting_site.client.get(f"/api/v1/samples/{sample_id}/reports").json()
    assert counting_site.client.get(f"/samples/{sample_id}/reports/1.json").content == first
    assert second["content"]["replaces"]["sha256"] == listed["versions"][0]["sha256"]
    assert second["content"]["replaces"]["reason"] == "A monocyte was called a neutrophil"
    assert second["content"]["changes"] == [
        {"what": "differential.neutrophil", "was": 1, "now": 0},
        {"what": "differential.monocyte", "was": 0, "now": 1},
    ]
    assert [one["replaced_by"] for one in listed["versions"]] == [2, None]
    assert (listed["is_signed"], listed["correction"]) == (True, None)
    for version in (1, 2):
        found = counting_site.client.get(f"/api/v1/samples/{sample_id}/reports/{version}/verification").json()
        assert (found["is_as_signed"], found["faults"]) == (True, [])
    assert "REPLACED by version 2" in counting_site.page(f"/samples/{sample_id}/reports/1")
    html = counting_site.page(f"/samples/{sample_id}/reports/2")
    assert "CORRECTED REPORT, version 2, replaces version 1 of " in html
    assert "Monocyte, cells" in html


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "bad\x00"])
def test_a_correction_needs_a_reason(counting_site: Site, request: pytest.FixtureRequest, reason: str) -> None:
    sample = sample_to_sign(counting_site, f"reason {request.node.name}"[:60].strip())
    sign(counting_site, sample["id"])

    answer = open_correction(counting_site, sample["id"], reason)

    assert answer.status_code == 422
    assert "reason" in answer.text.lower()
    assert counting_site.sample(sample["id"])["status"] == "signed"


def test_only_a_signed_report_is_corrected_and_only_once(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-8")

    unsigned = open_correction(counting_site, sample["id"])
    sign(counting_site, sample["id"])
    first, second = (open_correction(counting_site, sample["id"]) for _ in range(2))

    assert (unsigned.status_code, first.status_code, second.status_code) == (409, 303, 409)
    assert "no signed report" in unsigned.text
    assert "open already" in second.text


def test_signing_and_correcting_stand_in_the_audit_trail(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-9")
    sign(counting_site, sample["id"])
    open_correction(counting_site, sample["id"], "Wrong slide")

    html = counting_site.client.get(f"/admin/audit/export?format=jsonl&subject_id={sample['id']}").text
    entries = [json.loads(line) for line in html.splitlines()]
    mine = [one for one in entries if one["subject_kind"] == "sample" and one["subject_id"] == sample["id"]]
    actions = {one["action"]: one for one in mine}
    signed = json.loads(actions[AuditAction.REPORT_SIGNED.value]["new_values"])
    listed = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports").json()
    assert signed == {"version": 1, "sha256": listed["versions"][0]["sha256"], "meaning": "reviewed"}
    assert actions[AuditAction.CORRECTION_OPENED.value]["reason"] == "Wrong slide"


def test_who_may_not_sign_is_offered_no_signature(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-10")
    app = counting_site.client.app
    assert isinstance(app, FastAPI)
    technician = Site(sign_in(TestClient(app), role=Role.TECHNICIAN))

    html = technician.page(f"/samples/{sample['id']}")
    refused = technician.client.get(f"/samples/{sample['id']}/sign", headers=FORM)

    assert "Check and sign" not in html
    assert "Draft of the report (PDF)" in html
    assert refused.status_code == 403
    assert technician.client.get(f"/samples/{sample['id']}/reports").status_code == 200


def test_concentrations_and_their_ranges_are_signed_along(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "sign-11")
    mark = re.search('name="mark" value="([^"]+)"', counting_site.page(f"/samples/{sample['id']}/measurements"))
    assert mark
    data = {"analyser_rbc_10e12_per_l": "4.5", "analyser_name": "XN-1000", "mark": mark[1]}
    page = SignPage(counting_site, sample["id"])
    answer = counting_site.client.post(f"/samples/{sample['id']}/measurements", data=data, headers=FORM)
    assert answer.status_code == 200
    assert page.send().status_code == 409  # the page was opened before

    sign(counting_site, sample["id"])

    content = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports/1").json()["content"]
    by_method = {(one["analyte"], one["method"]): one for one in content["figures"]["concentrations"]}
    platelets = by_method["plt", "ratio_to_analyser_rbc"]
    assert platelets["value"] == pytest.approx(1 / 1 * 4.5 * 1000)
    assert content["measurements"]["analyser_name"] == "XN-1000"
    with context_of(counting_site.client.app).database.unit_of_work() as session:  # type: ignore[arg-type]
        assert content["figures"]["ranges_version"] == platelets["comparison"]["version"] == newest_set(session).version
    rows = rows_of(counting_site.client.get(f"/samples/{sample['id']}/reports/1.csv").content.decode())
    [row] = [row for row in rows if (row["name"], row["method"]) == ("plt", "ratio_to_analyser_rbc")]
    assert row["unit"] == "10^9/L"
    assert float(row["value"]) == pytest.approx(4500)
    assert "Ratio to analyser RBC" in counting_site.page(f"/samples/{sample['id']}/reports/1")


@pytest.mark.parametrize("address", ["", "/draft", "/1", "/1.json", "/1.csv", "/1.pdf"])
@pytest.mark.parametrize("prefix", ["/samples", "/api/v1/samples"])
def test_reports_of_a_number_that_no_sample_can_have_are_not_found(site: Site, prefix: str, address: str) -> None:
    assert site.client.get(f"{prefix}/{2**70}/reports{address}").status_code == 404
    assert site.client.get(f"{prefix}/{2**70}/reports/1/verification").status_code == 404


@pytest.mark.parametrize("address", ["sign", "reports/correction", "edit", "measurements", "cancel", "retry"])
def test_a_sample_that_cannot_be_is_not_changed(site: Site, address: str) -> None:
    answer = site.client.post(
        f"/samples/{2**70}/{address}",
        data={"password": "x", "reason": "a reason", "meaning": "reviewed", "shown": "0" * 64},
        headers=FORM,
    )

    assert answer.status_code in {404, 405, 422}
