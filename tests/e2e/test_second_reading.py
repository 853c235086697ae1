"""A second person reads a sample blind, and both are compared: as two people do it, each in a browser of their own."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.db.session import create_database
from app.schemas.tokens import Role
from app.settings import Settings
from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Field, Viewer, upload_fields
from tests.e2e.serving import Server
from tests.signing_in import SESSION_COOKIE, open_test_session

pytestmark = pytest.mark.browser

SECOND = "test-second-reader"


def page_of_second_reader(new_page: NewPage, server: Server) -> Page:
    """A browser window in which another reviewer is signed in."""
    database = create_database(Settings(data_dir=server.data_dir))
    secret = open_test_session(database, role=Role.REVIEWER, name=SECOND)
    database.dispose()
    page = new_page(is_signed_in=False)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": server.url}])
    return page


def first_reading(page: Page, server: Server, number: str, smear: Path) -> Field:
    """A new sample of one field, of which the person of this page has named a cell."""
    [field] = upload_fields(page, server, number, smear)
    viewer = Viewer.open(page, field)
    viewer.names(viewer.cell_of("WBC"), "b")
    viewer.expect_saved()
    return field


def name_all(page: Page, key: str) -> int:
    """Name every cell of the page from the keyboard; how many there were."""
    names = page.locator("[data-second-reading] select")
    names.first.focus()
    for _ in range(names.count()):
        page.keyboard.press(key)
        expect(page.locator("[data-reading-state]")).to_have_text(re.compile("Saving|All names saved"))
    expect(page.locator("[data-reading-state]")).to_have_text("All names saved.")
    return names.count()


def test_a_second_person_names_the_cells_blind_and_both_are_compared(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    first = new_page()
    field = first_reading(first, review_server, "SECOND-READER", review_smears[0])
    address = f"{review_server.url}/samples/{field.sample_id}/second-reading"

    second = page_of_second_reader(new_page, review_server)
    second.goto(address)
    blind = second.locator(".reading-cells")
    assert blind.locator("option[selected]").count() == 0
    expect(blind.locator("select").first).to_have_value("")
    cells = name_all(second, "n")
    second.reload()  # what was named is kept
    expect(second.locator("[data-second-reading] select").first).to_have_value("neutrophil")
    second.get_by_role("button", name="Finish and compare").press("Enter")
    second.wait_for_url("**/second-reading/*")

    expect(second.get_by_role("heading", level=1)).to_have_text(f"Second reading by {SECOND}")
    expect(second.locator(".facts dd").first).to_have_text(str(cells))
    expect(second.locator("[data-name=basophil] td").first).not_to_have_text("0")
    first.goto(f"{review_server.url}/samples/{field.sample_id}/sign")
    expect(first.locator("[data-check*=second_reading]")).to_contain_text(SECOND)

    # From a difference to the cell on its field, chosen.
    first.goto(second.url)
    first.get_by_role("link", name="Basophil, then neutrophil").first.click()
    first.locator("[data-viewer][data-ready]").wait_for()
    expect(first.locator("[data-cell-list] [aria-selected=true]")).to_contain_text("basophil")


def test_who_confirmed_cells_of_a_sample_is_no_blind_reader(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    field = first_reading(page, review_server, "NOT-BLIND", review_smears[1])

    page.goto(f"{review_server.url}/samples/{field.sample_id}/second-reading")

    expect(page.locator("[data-second-reading]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("your reading would be the first one again")
