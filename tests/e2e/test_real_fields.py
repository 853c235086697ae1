"""The bench's flows on photographs of real smears, counted with the shipped weights."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Viewer
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server
from tests.e2e.story import give_a_password
from tests.e2e.test_keyboard import tab_to
from tests.e2e.test_signing import name_by_keyboard, press_on, sign_by_keyboard
from tests.e2e.test_viewer import opened

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

_SPHEROCYTE, _TARGET_CELL, _OVALOCYTE = "4", "5", "7"


@pytest.fixture
def photographs(shared_data: Path) -> list[Path]:
    """Fields of BCCD with a white cell each."""
    folder = shared_data / "bccd" / "BCCD" / "JPEGImages"
    return [folder / f"BloodImage_{number:05}.jpg" for number in (0, 5, 9, 14)]


@pytest.mark.slow
def test_from_upload_to_a_signed_and_a_corrected_report_without_a_mouse(
    server: Server, new_page: NewPage, photographs: list[Path]
) -> None:
    give_a_password(server)
    page = new_page()
    page.on("filechooser", lambda chooser: chooser.set_files(photographs))
    page.goto(server.url)
    tab_to(page, "#accession")
    page.keyboard.type("REAL-KEYS")
    press_on(page, "#files")
    expect(page.locator(".file-row")).to_have_count(len(photographs))
    press_on(page, "button[type=submit]")
    page.wait_for_url("**/samples/*")
    sample = SamplePage(page)
    sample.wait_until_counted(len(photographs))
    sample_url = page.url.split("?")[0]

    name_by_keyboard(page, server, sample, 0, "m")
    page.goto(f"{sample_url}/sign")
    sign_by_keyboard(page)
    page.wait_for_url("**/reports/1")
    expect(page.locator(".report-state")).to_have_text("Signed report, version 1")

    page.goto(f"{sample_url}/reports")
    tab_to(page, "#reason")
    page.keyboard.type("It is a neutrophil after all")
    press_on(page, "form[action$=correction] button")
    expect(page.locator("[data-reports=correcting]")).to_be_visible()
    name_by_keyboard(page, server, sample, 0, "n")
    page.goto(f"{sample_url}/sign")
    sign_by_keyboard(page, "approved")
    page.wait_for_url("**/reports/2")
    expect(page.locator(".report-state")).to_contain_text("CORRECTED REPORT, version 2, replaces version 1 of ")
    expect(page.locator("[data-changes]")).to_contain_text("Neutrophil")


def test_twenty_cells_are_corrected_with_the_keyboard_alone(
    server: Server, new_page: NewPage, photographs: list[Path]
) -> None:
    page = new_page()
    viewer = opened(page, server, "REAL-TWENTY", photographs[0])
    before = viewer.shown_counts()
    assert before == viewer.result()["counts"]
    assert before["RBC"] > 20

    tab_to(page, "[data-cell-list]")
    for index in range(20):
        page.keyboard.press("ArrowDown" if index else "Home")
        page.keyboard.press(_TARGET_CELL if index % 2 else _SPHEROCYTE)
    viewer.expect_saved()

    result = viewer.result()
    assert viewer.review()["revision"] == 20
    assert result["review"]["confirmed"] + result["review"]["relabelled"] == 20
    assert result["morphology"]["spherocyte"] >= 10
    assert result["morphology"]["target"] >= 10
    page.reload()
    page.locator("[data-viewer][data-ready]").wait_for()
    assert viewer.shown_counts() == result["counts"]


def test_two_tabs_edit_one_sample(server: Server, new_page: NewPage, photographs: list[Path]) -> None:
    first_page = new_page()
    first = opened(first_page, server, "REAL-TABS", photographs[1])
    second = Viewer.open(first_page.context.new_page(), first.field)
    one, other = first.cell_of("RBC"), first.cell_of("RBC", 1)
    second.page.route("**/edits?after=*", lambda route: route.abort())  # it edits without news of the first

    first.names(one, _SPHEROCYTE)
    first.names(other, _OVALOCYTE)
    first.expect_saved()
    second.names(other, _TARGET_CELL)

    conflict = second.page.locator(".conflict")
    expect(conflict).to_contain_text("named ovalocyte by test-admin in the meantime; your change was not saved")
    second.names(first.cell_of("RBC", 2), _TARGET_CELL)
    second.expect_saved()
    merged = {cell["id"]: cell["subtype"] for cell in second.result()["cells"]}
    assert [merged[first.cell_of("RBC", index)] for index in range(3)] == ["spherocyte", "ovalocyte", "target"]


def test_a_connection_lost_in_the_middle_of_editing_loses_nothing(
    server: Server, new_page: NewPage, photographs: list[Path]
) -> None:
    page = new_page()
    viewer = opened(page, server, "REAL-OFFLINE", photographs[2])
    cells = [viewer.cell_of("RBC", index) for index in range(3)]
    viewer.names(cells[0], _SPHEROCYTE)
    viewer.expect_saved()

    page.context.set_offline(True)
    viewer.names(cells[1], _TARGET_CELL)
    viewer.names(cells[2], _OVALOCYTE)
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet: 2 changes wait on this computer")
    page.close()
    context = next(context for context in new_page().context.browser.contexts if context.pages == [])  # type: ignore[union-attr]
    context.set_offline(False)
    again = Viewer.open(context.new_page(), viewer.field)
    again.expect_saved()

    subtypes = {cell["id"]: cell["subtype"] for cell in again.result()["cells"]}
    assert [subtypes[cell] for cell in cells] == ["spherocyte", "target", "ovalocyte"]
