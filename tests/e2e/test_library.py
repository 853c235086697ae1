"""The reference library in a browser: confirmed cells go in from the gallery and lie beside it afterwards."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import SAVED
from tests.e2e.serving import Server
from tests.e2e.test_gallery import group, opened

pytestmark = pytest.mark.browser


def test_a_confirmed_cell_goes_in_and_is_compared_with(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    opened(page, review_server, "LIBRARY-1", review_smears[0])
    group(page, "lymphocyte").first.click()
    add = page.get_by_role("button", name="Add to the library")
    add.click()
    expect(page.locator("[data-say]")).to_contain_text("Name or confirm the cell first")

    group(page, "lymphocyte").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    page.locator("[data-group='WBC:lymphocyte'] [data-confirmed]").click()
    add.click()
    expect(page.locator("[data-say]")).to_have_text("1 cell added to the library.")

    page.reload()
    strip = page.locator("[data-group='WBC:lymphocyte'] .library-strip")
    strip.locator("summary").click()
    expect(strip.locator("svg.library-picture")).to_have_count(1)
    strip.get_by_role("link").click()
    expect(page.locator("h2", has_text="Lymphocyte")).to_be_visible()
    page.get_by_role("button", name="Remove the lymphocyte of sample LIBRARY-1").click()
    expect(page.locator(".library-cell", has_text="LIBRARY-1")).to_have_count(0)
