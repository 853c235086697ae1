"""An open page of a sample while its images are being counted."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

_NOTE_WHAT_IS_SHOWN = """() => {
    const summary = () => document.querySelector("#summary").innerText;
    window.shown = [summary()];
    new MutationObserver(() => { if (window.shown.at(-1) !== summary()) window.shown.push(summary()); })
        .observe(document.querySelector("[data-live]"), { childList: true, subtree: true });
}"""


def start_counting(page: Page, server: Server, number: str, files: list[Path]) -> SamplePage:
    """Upload images and be on the sample's page while they are still being counted."""
    page.goto(server.url)
    page.get_by_label("Accession number").fill(number)
    page.get_by_label("Images", exact=True).set_input_files(files)
    page.get_by_role("button", name="Upload and count").click()
    page.wait_for_url("**/samples/*")
    page.evaluate("window.isStillTheSamePage = true")
    return SamplePage(page)


def test_counts_appear_as_they_come_without_loading_the_page_again(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    sample_page = start_counting(page, slow_server, "LIVE-1", smears)
    page.evaluate(_NOTE_WHAT_IS_SHOWN)
    sample_page.wait_until_counted(3)

    shown = [" ".join(text.split()) for text in page.evaluate("window.shown")]
    partial = [text for text in shown if "so far" in text]
    assert len(partial) >= 2, "a busy machine may skip a state, but not all of them"
    assert all("not available" in text or "partial" in text for text in partial)
    assert "partial" not in shown[-1]
    expect(page.get_by_role("status").first).to_have_text("All 3 images are counted.")
    assert page.evaluate("window.isStillTheSamePage")
    sample_page.check_counts_and_shapes()


def test_a_switch_set_by_the_reader_stays_while_other_images_are_counted(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    sample_page = start_counting(page, slow_server, "LIVE-2", smears)
    first = page.locator(".field-card").first
    first.locator(".layer-RBC").uncheck()
    sample_page.wait_until_counted(3)

    expect(first.locator(".layer-RBC")).not_to_be_checked()
    expect(first.locator(".cells-RBC")).to_be_hidden()
    expect(page.locator(".field-card").nth(1).locator(".cells-RBC")).to_be_visible()


def test_a_second_window_shows_what_the_first_one_adds(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    first, second = new_page(), new_page()
    sample_page = start_counting(first, slow_server, "LIVE-3", smears[:1])
    sample_page.wait_until_counted(1)
    second.goto(first.url)
    SamplePage(second).wait_until_counted(1)
    second.evaluate("window.isStillTheSamePage = true")

    first.get_by_role("button", name="Images").set_input_files(smears[1:])
    first.get_by_role("button", name="Upload and count 2 images").click()

    SamplePage(second).wait_until_counted(3)
    sample_page.wait_until_counted(3)
    expect(second.locator(".field-card")).to_have_count(3)
    assert SamplePage(second).pooled_counts() == sample_page.pooled_counts()
    assert second.evaluate("window.isStillTheSamePage")


def test_where_events_do_not_get_through_the_page_asks_instead(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    asked = []
    page.route("**/events?*", lambda route: route.abort())
    page.on("request", lambda request: asked.append(request.url) if "/fragments?" in request.url else None)

    sample_page = start_counting(page, slow_server, "LIVE-4", smears[:2])
    sample_page.wait_until_counted(2)

    assert asked
    assert page.evaluate("window.isStillTheSamePage")


def test_a_page_without_a_script_reloads_by_itself(slow_server: Server, new_page: NewPage, smears: list[Path]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(slow_server.url)
    page.get_by_label("Accession number").fill("LIVE-5")
    page.get_by_label("Images", exact=True).set_input_files(smears[0])
    page.get_by_role("button", name="Upload and count").click()

    expect(page.locator("[data-coverage]")).to_contain_text("0 of 1 image counted so far")
    SamplePage(page).wait_until_counted(1)


def test_two_people_register_the_same_number_at_once_and_one_is_told(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    pages = [new_page(), new_page()]
    for page in pages:
        page.goto(slow_server.url)
        page.get_by_label("Accession number").fill("LIVE-6")
        page.get_by_label("Images", exact=True).set_input_files(smears[0])
    for page in pages:
        page.get_by_role("button", name="Upload and count").click(no_wait_after=True)

    pages[0].wait_for_url("**/samples/*")
    expect(pages[1].get_by_text("This sample exists already")).to_be_visible()


def test_an_open_page_does_not_keep_the_server_from_answering_others(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    pages = [new_page() for _ in range(3)]
    sample_page = start_counting(pages[0], slow_server, "LIVE-7", smears)
    for page in pages[1:]:
        page.goto(pages[0].url)

    history = new_page()
    history.goto(f"{slow_server.url}/samples?query=LIVE-7")

    expect(history.get_by_role("link", name="LIVE-7")).to_be_visible()
    sample_page.wait_until_counted(3)
