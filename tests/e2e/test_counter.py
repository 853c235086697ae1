"""The manual counter in a browser: keys only where the focus is, beeps, nothing lost, and saved to a sample."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

HAND_MS = 60
"""Between two keys, as a hand presses them."""

LISTENING = """
window.tones = [];
window.AudioContext = class {
  constructor() { this.currentTime = 0; this.destination = {}; }
  createGain() { return { gain: { setValueAtTime() {}, setTargetAtTime() {} }, connect: (next) => next }; }
  createOscillator() {
    return {
      frequency: {}, connect: (next) => next, start() {},
      stop(at) { window.tones.push([Math.round(this.frequency.value), at > 0.5 ? "long" : "short"]); },
    };
  }
};
"""
"""Stands in for the loudspeaker: notes each tone's pitch and whether it is long."""


@pytest.fixture
def counter(review_server: Server, new_page: NewPage) -> Page:
    """The counter, empty, with somebody who listens."""
    page = new_page()
    page.add_init_script(LISTENING)
    open_counter(page, review_server)
    if page.locator("[data-act=clear]").is_enabled():
        page.locator("[data-act=clear]").click()
        expect_kept(page)
    return page


def open_counter(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/counter")
    page.locator("[data-counter][data-ready]").wait_for()


def expect_kept(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_text("Count kept")


def expect_total(page: Page, total: int) -> None:
    expect(page.locator("[data-total]")).to_have_text(str(total))


def number_of(page: Page, cell_type: str) -> str:
    return page.locator(f"[data-cell-type={cell_type}] [data-n]").inner_text()


def test_keys_count_only_while_the_counter_has_the_focus(counter: Page) -> None:
    counter.locator("#comment").focus()
    counter.keyboard.type("cvb,,", delay=HAND_MS)
    counter.locator("#comment").blur()
    counter.keyboard.type(",,", delay=HAND_MS)
    expect_total(counter, 0)

    counter.locator("[data-pad]").focus()
    counter.keyboard.type(",,.X", delay=HAND_MS)  # capitals too; x is the nucleated red cell, counted apart
    expect_total(counter, 3)
    assert (number_of(counter, "segmented_neutrophil"), number_of(counter, "nucleated_red_cell")) == ("2", "1")
    assert counter.locator("[data-cell-type=lymphocyte] [data-percent]").inner_text() == "33 %"

    counter.keyboard.press("Escape")
    counter.keyboard.type(",,", delay=HAND_MS)
    expect_total(counter, 3)
    expect(counter.locator("[data-pad-state]")).to_contain_text("Paused")


def test_each_cell_beeps_and_a_full_count_sounds_long_and_stops(counter: Page) -> None:
    counter.locator("#stop-at").fill("5")
    counter.locator("[data-pad]").focus()
    counter.keyboard.type(",.x,,", delay=HAND_MS)
    counter.keyboard.type(",,", delay=HAND_MS)
    expect_total(counter, 5)
    expect(counter.locator("[data-reached]")).to_be_visible()
    expect(counter.locator("[data-say]")).to_have_text("5 cells are counted: continue, or save.")
    tones = counter.evaluate("window.tones")
    assert [length for _, length in tones] == ["short"] * 5 + ["long"]
    assert len({hertz for hertz, _ in tones}) == 4  # three types and the long tone

    counter.get_by_role("button", name="Sound").click()
    counter.get_by_role("button", name="Continue").click()
    counter.keyboard.type(",", delay=HAND_MS)
    expect_total(counter, 6)
    assert len(counter.evaluate("window.tones")) == 6
    counter.get_by_role("button", name="Sound").click()


def test_cells_are_taken_back_one_by_one_and_a_whole_count_too(counter: Page) -> None:
    counter.locator("[data-pad]").focus()
    counter.keyboard.type(",.m", delay=HAND_MS)
    counter.keyboard.press("Backspace")
    expect(counter.locator("[data-say]")).to_have_text("Taken back: band neutrophil. 2 cells.")

    counter.get_by_role("button", name="Start anew").click()
    expect_total(counter, 0)
    counter.get_by_role("button", name="Undo").click()
    expect_total(counter, 2)


def test_a_barcode_on_the_counter_counts_nothing(counter: Page) -> None:
    counter.locator("[data-pad]").focus()
    counter.keyboard.type(",", delay=HAND_MS)
    counter.wait_for_timeout(HAND_MS)
    counter.evaluate(
        """() => {
             const pad = document.querySelector("[data-pad]");
             for (const key of ["v", "b", "n", "v", "b", "Enter"])
               pad.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
           }"""
    )

    expect_total(counter, 1)
    expect(counter.locator("[data-say]")).to_contain_text("barcode")


def test_a_closed_tab_and_a_lost_connection_lose_no_cell(counter: Page, review_server: Server) -> None:
    counter.locator("[data-pad]").focus()
    counter.keyboard.type(",,.", delay=HAND_MS)
    expect_kept(counter)
    counter.context.set_offline(True)
    counter.keyboard.type("...", delay=HAND_MS)
    expect(counter.locator("[data-save-state]")).to_contain_text("kept on this computer")
    context = counter.context
    counter.close()
    context.set_offline(False)

    page = context.new_page()
    open_counter(page, review_server)
    expect_total(page, 6)
    expect_kept(page)
    page.evaluate("localStorage.clear()")
    open_counter(page, review_server)  # as on another computer
    expect_total(page, 6)
    page.locator("[data-act=clear]").click()
    expect_kept(page)
    page.close()


def test_a_hundred_cells_are_saved_to_a_sample_without_a_mouse(counter: Page, review_server: Server) -> None:
    number = "COUNTED-1"
    counter.request.post(f"{review_server.url}/api/v1/samples", data={"accession_number": number})
    counter.locator("[data-pad]").focus()
    counter.keyboard.type("," * 60 + "." * 40, delay=HAND_MS)
    expect_total(counter, 100)
    for _ in range(40):
        if counter.evaluate("document.activeElement.id") == "accession":
            break
        counter.keyboard.press("Tab")
    counter.keyboard.insert_text(number)
    counter.keyboard.press("Enter")  # what a scanner ends with: nothing is saved by it
    expect_total(counter, 100)
    counter.keyboard.press("Tab")
    counter.keyboard.press("Tab")
    counter.keyboard.press("Enter")

    counter.wait_for_url("**/differentials")
    expect(counter.locator(".manual")).to_contain_text("n = 100")
    expect(counter.locator("tr[data-type=segmented_neutrophil]")).to_contain_text("49.7\u2060–\u206069.7")
    open_counter(counter, review_server)
    expect_total(counter, 0)


def test_a_layout_and_a_key_of_ones_own(counter: Page) -> None:
    counter.locator("[data-key-settings] summary").click()
    counter.get_by_role("button", name="Number pad").click()
    counter.locator("#key-blast").fill("b")
    counter.get_by_role("button", name="Keep these keys").click()
    counter.locator("[data-counter][data-ready]").wait_for()
    counter.locator("[data-pad]").focus()
    counter.keyboard.type("556b", delay=HAND_MS)

    expect_total(counter, 4)
    assert (number_of(counter, "segmented_neutrophil"), number_of(counter, "blast")) == ("2", "1")
    expect_kept(counter)
    counter.locator("[data-key-settings] summary").click()
    counter.get_by_role("button", name="Bench counter").click()
    counter.get_by_role("button", name="Keep these keys").click()
    counter.locator("[data-counter][data-ready]").wait_for()
