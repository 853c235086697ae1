"""In a browser: a patient's last result, an earlier count with its boxes, and a control slide."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Field, upload_fields
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser


def patients_field(page: Page, server: Server, number: str, smear: Path) -> Field:
    """A counted field of a sample with a patient code."""
    body = {"accession_number": number, "patient_code": "LOOK-BACK"}
    page.request.post(f"{server.url}/api/v1/samples", data=body)
    found = page.request.get(f"{server.url}/api/v1/samples?query={number}").json()["items"][0]
    part: FilePayload = {"name": smear.name, "mimeType": "image/png", "buffer": smear.read_bytes()}
    answer = page.request.post(f"{server.url}/api/v1/samples/{found['id']}/images", multipart={"files": part})
    return Field(server, found["id"], answer.json()["files"][0]["image_id"])


def test_a_result_is_set_beside_the_last_and_an_old_count_is_looked_at(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    for number, smear in (("BACK-1", review_smears[0]), ("BACK-2", review_smears[1])):
        field = patients_field(page, review_server, number, smear)
        page.goto(f"{review_server.url}/samples/{field.sample_id}")
        counts = page.get_by_role("region", name="Counts of the sample")
        expect(counts.get_by_text("The image is counted.")).to_be_visible()

    page.get_by_role("link", name="Looking back").click()
    expect(page.locator("[data-quantity=neutrophil_percent]")).to_contain_text("%")
    expect(page.locator("svg.chart").first).to_be_visible()
    page.locator(".trend summary").first.click()
    expect(page.locator(".trend-table").first).to_contain_text("BACK-1")

    page.get_by_role("link", name="Look at").first.click()
    expect(page.locator("svg.overlay .cell").first).to_be_attached()
    expect(page.get_by_text("As counted")).to_be_visible()


def test_a_control_slide_is_recorded_and_rejected(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    upload_fields(page, review_server, "CONTROL-1", review_smears[2])
    page.goto(f"{review_server.url}/quality")
    page.get_by_text("New lot of control material").click()
    for label, text in (("Material", "Control E"), ("Lot number", "7"), ("Level", "normal")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Mean of neutrophils, %").fill("5")
    page.get_by_label("SD of neutrophils, %").fill("2")
    page.get_by_role("button", name="Make the lot").click()
    page.get_by_label("Accession number of the sample").fill("CONTROL-1")
    page.get_by_role("button", name="Record it").click()

    expect(page.get_by_text("Rules say reject")).to_be_visible()
    expect(page.locator("svg.chart circle.reject")).to_have_count(1)
    page.get_by_label("Comment").fill("lamp was changed")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".decisions")).to_contain_text("rejected by test-admin")
    expect(page.locator(".decisions")).to_contain_text("lamp was changed")
