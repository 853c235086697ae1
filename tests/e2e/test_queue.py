"""Watching the queue and deciding about images, with a mouse and without, with events and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server, running_server
from tests.e2e.test_live_page import start_counting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def queue_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a stand-in that needs ten seconds for an image, so that others wait for long enough."""
    folder = tmp_path_factory.mktemp("queue")
    with running_server(["-m", "tests.e2e.stand_in_server", "10"], folder) as started:
        yield started


def press(page: Page, name: str) -> None:
    """Press a button as a person without a mouse does."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_an_image_is_cancelled_and_tried_again_by_keyboard_and_the_focus_stays(
    queue_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    start_counting(page, queue_server, "QUEUE-1", smears)
    card = page.locator(".field-card").last
    expect(page.locator("[data-fragment=progress]")).to_contain_text("of 3 images finished")

    press(page, f"Cancel: {smears[2].name}")

    expect(card).to_contain_text("Somebody took this image out of the queue")
    assert card.evaluate("card => card === document.activeElement"), "the button is gone, its card keeps the focus"
    press(page, f"Try again: {smears[2].name}")
    expect(card.locator(".badge")).to_have_text("Waiting")
    assert page.evaluate("window.isStillTheSamePage")
    press(page, "Cancel the waiting images")
    expect(page.locator("[data-coverage]")).to_contain_text("cancelled", timeout=60_000)


def test_the_queue_shows_itself_live_and_its_buttons_work(
    queue_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    watching, page = new_page(), new_page()
    watching.goto(f"{queue_server.url}/queue")
    watching.evaluate("window.isStillTheSamePage = true")
    start_counting(page, queue_server, "QUEUE-2", smears)

    waiting = watching.locator("[data-fragment=queue-waiting]")
    expect(waiting).to_contain_text(smears[2].name)
    expect(watching.locator("[data-fragment=queue-workers]")).to_contain_text("Alive")
    press(watching, f"Cancel: {smears[2].name}")
    expect(waiting).not_to_contain_text(smears[2].name)
    expect(page.locator(".field-card").last).to_contain_text("Cancelled")
    assert watching.evaluate("window.isStillTheSamePage")


def test_where_events_do_not_get_through_the_queue_asks_instead(
    queue_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    watching, page = new_page(), new_page()
    watching.route("**/events?*", lambda route: route.abort())
    watching.goto(f"{queue_server.url}/queue")
    start_counting(page, queue_server, "QUEUE-3", smears)

    expect(watching.locator("[data-fragment=queue-waiting]")).to_contain_text("QUEUE-3")
    page.get_by_role("button", name="Cancel the waiting images").click()
    expect(watching.locator("[data-fragment=queue-waiting]")).not_to_contain_text("QUEUE-3")


def test_without_a_script_the_buttons_send_their_forms(
    queue_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(queue_server.url)
    page.get_by_label("Accession number").fill("QUEUE-4")
    page.get_by_label("Images", exact=True).set_input_files(smears)
    page.get_by_role("button", name="Upload and count").click()

    page.get_by_role("button", name=f"Cancel: {smears[2].name}").click()

    expect(page.locator(".field-card").last).to_contain_text("Cancelled")
    page.get_by_role("button", name="Cancel the waiting images").click()
    expect(page.get_by_role("button", name="Cancel the waiting images")).to_have_count(0)


def test_an_upload_that_finds_no_room_waits_and_is_sent_again_by_itself(
    queue_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page()
    refusals = [1, 1]
    keys: list[str | None] = []

    def refuse_at_first(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        if not refusals:
            route.continue_()
            return
        refusals.pop()
        message = "2 images wait to be counted and the limit is 2, so nothing was taken in."
        body = {"error": {"code": "queue_full", "message": message, "retry_after_s": 2}}
        route.fulfill(status=503, json=body, headers={"Retry-After": "2"})

    page.route("**/samples/*/images", refuse_at_first)
    page.goto(queue_server.url)
    page.get_by_label("Accession number").fill("QUEUE-5")
    page.get_by_label("Images", exact=True).set_input_files(smears[0])
    page.get_by_role("button", name="Upload and count").click()

    row = page.locator(".file-row")
    expect(row).to_contain_text("the limit is 2, so nothing was taken in. Tries again by itself in")
    expect(row.get_by_role("button", name="Stop trying")).to_be_visible()
    page.wait_for_url("**/samples/*")
    assert len(keys) == 3
    assert len(set(keys)) == 1, "the same key with every try"
    SamplePage(page).wait_until_counted(1)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_queue_fits_the_window(queue_server: Server, new_page: NewPage, smears: list[Path], width: int) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    start_counting(page, queue_server, f"QUEUE-WIDE-{width}-{'x' * 30}", smears)
    page.goto(f"{queue_server.url}/queue")

    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
