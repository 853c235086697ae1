"""The worklist by keyboard and by barcode scanner, and a sample's data from the form to the page."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import upload_fields
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

_SCANNER_S, _PERSON_S = 0.008, 0.12


def press_keys(page: Page, text: str, *, apart_s: float) -> None:
    """Press the keys of a text and Enter, as far apart as the browser shall think, however slow this machine is."""
    devtools = page.context.new_cdp_session(page)
    started = time.time()
    for index, key in enumerate([*text, "Enter"]):
        written = "\r" if key == "Enter" else key
        keys = {"key": key, "text": written, "unmodifiedText": written, "timestamp": started + index * apart_s}
        if key == "Enter":
            keys |= {"code": "Enter", "windowsVirtualKeyCode": 13}
        devtools.send("Input.dispatchKeyEvent", {"type": "keyDown"} | keys)
        devtools.send("Input.dispatchKeyEvent", {"type": "keyUp"} | keys)
    devtools.detach()


def register(page: Page, server: Server, *numbers: str, **details: object) -> None:
    for number in numbers:
        given = {"accession_number": number} | details
        assert page.request.post(f"{server.url}/api/v1/samples", data=given).status == 201


def test_keys_move_in_the_list_and_are_letters_elsewhere(review_server: Server, new_page: NewPage) -> None:
    page = new_page()
    register(page, review_server, "HANDS-1", "HANDS-2", "HANDS-3")
    page.goto(f"{review_server.url}/samples?query=HANDS-")
    rows = page.locator("[data-worklist] tbody a")

    page.locator("#query").focus()
    page.keyboard.press("End")
    page.keyboard.press("j")
    expect(page.locator("#query")).to_have_value("HANDS-j")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    expect(page.locator("#query")).to_have_value("HANDS-j")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("HANDS-3")


@pytest.mark.parametrize("focus", ["#query", "[data-worklist] tbody a", "#since", ".worklist-switches input", "body"])
def test_a_scan_anywhere_on_the_worklist_searches_for_the_number(
    review_server: Server, new_page: NewPage, focus: str
) -> None:
    page = new_page()
    number = f"jk/{abs(hash(focus)) % 10_000_000}"
    register(page, review_server, number, f"other than {number}")
    page.goto(f"{review_server.url}/samples?query=jk")
    page.locator(focus).first.focus()

    press_keys(page, number, apart_s=_SCANNER_S)

    expect(page).to_have_url(f"{review_server.url}/samples?query={number.replace('/', '%2F')}&status=&since=&until=")
    expect(page.locator("#query")).to_have_value(number)
    expect(page.locator("[data-worklist] tbody a").last).to_have_text(number)


def test_a_scan_fills_the_accession_number_and_leaves_the_other_fields(
    review_server: Server, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(review_server.url)
    page.locator("#note").fill("second slide")

    press_keys(page, "26-004711", apart_s=_SCANNER_S)

    expect(page.locator("#accession")).to_have_value("26-004711")
    expect(page.locator("#accession")).to_be_focused()
    expect(page.locator("#note")).to_have_value("second slide")
    expect(page.locator("[data-form-error]")).to_be_empty()


def test_what_a_person_types_stays_where_it_is_typed(review_server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(review_server.url)
    page.locator("#note").focus()

    press_keys(page, "26-004711", apart_s=_PERSON_S)

    expect(page.locator("#note")).to_have_value("26-004711\n")
    expect(page.locator("#accession")).to_have_value("")


def test_a_samples_data_and_a_chamber_count_lead_to_a_concentration(
    review_server: Server, new_page: NewPage, review_smears: list[Path]
) -> None:
    page = new_page()
    [field] = upload_fields(page, review_server, "CHAMBER-1", review_smears[0])
    page.goto(f"{review_server.url}/samples/{field.sample_id}")
    concentrations = page.locator("[data-finding=concentrations]")
    expect(concentrations).to_contain_text("A smear alone gives no concentration")

    page.get_by_role("link", name="Add patient code, sex, age, stain or profile").click()
    page.get_by_label("Patient code").fill("P-77")
    page.get_by_label("Sex").select_option("female")
    page.get_by_label("Age when the sample was taken").fill("34")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".details-line")).to_contain_text("female, 34 years")
    page.get_by_role("link", name="Enter a chamber count or an analyser’s value").click()
    page.locator("#WBC-side_a").fill("140")
    page.locator("#WBC-side_b").fill("150")
    page.get_by_role("button", name="Save").click()

    row = concentrations.locator("tr[data-analyte='White cells (WBC)']")
    expect(row).to_contain_text("7.25 10⁹/L")
    expect(row).to_contain_text("Counting chamber")
    expect(row).to_contain_text("4–11 within")
    page.goto(f"{review_server.url}/samples?query=p-77")
    expect(page.locator("[data-worklist] tbody tr")).to_have_count(1)
    expect(page.locator("[data-worklist] tbody tr")).to_contain_text("P-77 · female, 34 years")
    expect(page.locator("[data-worklist] .flag")).to_contain_text("unidentified")
