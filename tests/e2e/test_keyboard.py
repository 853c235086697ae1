"""Everything without a mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

_MOST_TABS = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus, and check that the focus can be seen on it."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"{selector} was not reached with {_MOST_TABS} tabs")


def test_a_sample_is_uploaded_and_inspected_with_the_keyboard_alone(
    server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    page.on("filechooser", lambda chooser: chooser.set_files(smears[0]))
    page.goto(server.url)
    tab_to(page, "#accession")
    page.keyboard.type("KEY-1")
    tab_to(page, "#files")
    page.keyboard.press("Enter")
    expect(page.locator(".file-row")).to_contain_text(smears[0].name)
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/samples/*")
    SamplePage(page).wait_until_counted(1)

    tab_to(page, ".layer-RBC")
    page.keyboard.press("Space")
    expect(page.locator(".cells-RBC")).to_be_hidden()
    page.keyboard.press("Space")
    expect(page.locator(".cells-RBC")).to_be_visible()


def test_arrow_keys_go_from_cell_to_cell_and_say_what_each_one_is(server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Try it with an example").click()
    page.wait_for_url("**/samples/*")
    SamplePage(page).wait_until_counted(1)
    readout = page.locator("[data-readout]")

    tab_to(page, ".overlay")
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("score 0.")
    first = page.locator(".cell[data-chosen]").bounding_box()
    page.keyboard.press("ArrowRight")
    second = page.locator(".cell[data-chosen]").bounding_box()
    assert first is not None
    assert second is not None
    assert second["x"] + second["width"] / 2 > first["x"] + first["width"] / 2

    page.keyboard.press("Escape")
    expect(page.locator(".cell[data-chosen]")).to_have_count(0)


def test_the_first_tab_leads_past_the_navigation(server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_a_chosen_image_is_removed_with_the_keyboard(server: Server, new_page: NewPage, smears: list[Path]) -> None:
    page = new_page()
    page.goto(server.url)
    page.get_by_label("Images", exact=True).set_input_files(smears)

    tab_to(page, ".file-row button")
    page.keyboard.press("Enter")

    expect(page.locator(".file-row")).to_have_count(2)
    expect(page.get_by_label("Images", exact=True)).to_be_focused()
