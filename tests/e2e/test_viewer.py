"""The viewer in a browser: correct cells by key, pointer and finger, look, count in a region, take back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Viewer, upload_fields
from tests.e2e.sample_page import wait_for
from tests.e2e.serving import Server
from tests.e2e.test_keyboard import tab_to
from tests.e2e.test_layout import complaints

pytestmark = pytest.mark.browser


def opened(page: Page, server: Server, number: str, smear: Path) -> Viewer:
    """A new sample of one field, in the viewer."""
    [field] = upload_fields(page, server, number, smear)
    return Viewer.open(page, field)


def test_twenty_cells_are_corrected_with_the_keyboard_alone(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    viewer = opened(page, review_server, "TWENTY", review_smears[0])
    before = viewer.shown_counts()
    assert before == viewer.result()["counts"]

    tab_to(page, "[data-cell-list]")
    for index in range(20):
        page.keyboard.press("ArrowDown" if index else "Home")
        page.keyboard.press("l" if index % 2 else "m")
    viewer.expect_saved()

    result = viewer.result()
    assert viewer.review()["revision"] == 20
    assert result["review"]["confirmed"] + result["review"]["relabelled"] == 20
    assert result["differential"]["lymphocyte"] >= 10
    assert viewer.shown_counts() == result["counts"] != before
    page.reload()
    page.locator("[data-viewer][data-ready]").wait_for()
    assert viewer.shown_counts() == result["counts"]
    expect(page.locator("[data-confirmed]")).to_contain_text("20 of")


def test_arrow_keys_on_the_field_choose_confirm_remove_and_take_back(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    viewer = opened(page, review_server, "ARROWS", review_smears[1])
    before = viewer.shown_counts()
    tab_to(page, "[data-stage]")

    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-chosen]")).to_contain_text("score 0.")
    page.keyboard.press("Enter")
    expect(page.locator("[data-chosen]")).to_contain_text("confirmed by test-admin")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    wait_for(lambda: sum(viewer.shown_counts().values()) == sum(before.values()) - 1)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    wait_for(lambda: viewer.shown_counts() == before)
    page.keyboard.press("Control+y")
    viewer.expect_saved()

    assert [edit["action"] for edit in viewer.review()["edits"]] == [
        "confirm", "delete", "restore", "restore", "restore",
    ]  # fmt: skip
    assert viewer.result()["review"]["confirmed"] == 1
    page.keyboard.press("Control+z")
    viewer.expect_saved()
    assert {cell["confirmed_by"] for cell in viewer.result()["cells"]} == {None}


def test_cells_are_added_by_click_by_drag_and_by_keyboard(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    viewer = opened(page, review_server, "ADDED", review_smears[2])
    before = viewer.shown_counts()
    stage = page.locator("[data-stage]").bounding_box()
    assert stage is not None
    x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2

    page.get_by_role("button", name="Add a cell").click()
    page.locator("[data-type-key='PLT:']").click()
    page.mouse.click(x, y)
    page.locator("[data-type-key='WBC:basophil']").click()
    page.mouse.move(x + 20, y + 20)
    page.mouse.down()
    page.mouse.move(x + 60, y + 90, steps=4)
    page.mouse.up()
    page.locator("[data-stage]").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    viewer.expect_saved()

    after = viewer.result()
    assert after["counts"] == before | {"PLT": before["PLT"] + 1, "WBC": before["WBC"] + 2}
    click, drag, _ = (cell for cell in after["cells"] if cell["origin"] == "person")
    zoom = page.locator("[data-image]").evaluate("image => image.offsetWidth") / after["width"]
    x1, y1, x2, y2 = drag["box"]
    assert (x2 - x1, y2 - y1) == pytest.approx((40 / zoom, 70 / zoom), abs=2)
    assert click["class"] == "PLT"
    assert viewer.shown_counts() == after["counts"]


def test_a_region_and_the_score_slider_count_live_and_save_nothing(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    viewer = opened(page, review_server, "REGION", review_smears[0])
    image = page.locator("[data-image]").bounding_box()
    assert image is not None

    page.get_by_role("button", name="Count a region").click()
    page.mouse.move(image["x"] + 2, image["y"] + 2)
    page.mouse.down()
    page.mouse.move(image["x"] + image["width"] / 2, image["y"] + image["height"] - 2, steps=5)
    page.mouse.up()
    cells, width = viewer.review()["cells"], viewer.review()["width"]
    left = sum(c["counted"] and c["class"] == "WBC" and (c["box"][0] + c["box"][2]) / 2 < width / 2 for c in cells)
    expect(page.locator("[data-region=WBC]")).to_have_text(str(left))

    page.locator("[data-score]").fill("80")
    surer = sum(c["class"] == "WBC" and c["score"] >= 0.8 for c in cells)
    expect(page.locator("[data-at-score=WBC]")).to_have_text(str(surer))
    page.locator("[data-score]").fill("0")
    everything = sum(c["class"] == "RBC" for c in cells)
    expect(page.locator("[data-at-score=RBC]")).to_have_text(str(everything))
    expect(page.locator("[data-count=RBC]")).to_have_text(str(viewer.result()["counts"]["RBC"]))
    assert viewer.review()["revision"] == 0


def test_a_finger_moves_two_enlarge_and_a_tap_chooses(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    viewer = opened(page, review_server, "TOUCH", review_smears[1])
    cell = viewer.cell_of("WBC", 3)
    page.touchscreen.tap(*viewer.on_stage(cell))
    expect(page.locator("[data-chosen]")).to_contain_text("White cell")

    before = page.locator("[data-image]").bounding_box()
    page.locator("[data-stage]").evaluate(
        """stage => {
            const { left, top, width, height } = stage.getBoundingClientRect();
            const send = (type, id, x, y) => stage.dispatchEvent(new PointerEvent(type, {
                pointerId: id, pointerType: "touch", clientX: left + width / 2 + x, clientY: top + height / 2 + y,
                bubbles: true, isPrimary: id === 2,
            }));
            stage.setPointerCapture = () => {};
            send("pointerdown", 2, -20, 0);
            send("pointerdown", 3, 20, 0);
            send("pointermove", 2, -60, 0);
            send("pointermove", 3, 60, 0);
            send("pointerup", 2, -60, 0);
            send("pointerup", 3, 60, 0);
        }"""
    )
    assert before is not None
    width = "image => image.offsetWidth"
    wait_for(lambda: page.locator("[data-image]").evaluate(width) == pytest.approx(3 * before["width"], rel=0.05))


def test_single_keys_can_be_switched_off(review_server: Server, review_smears: list[Path], new_page: NewPage) -> None:
    page = new_page()
    viewer = opened(page, review_server, "KEYS-OFF", review_smears[2])
    page.get_by_label("Single keys work").uncheck()

    viewer.names(viewer.cell_of("WBC"), "m")
    page.reload()
    page.locator("[data-viewer][data-ready]").wait_for()
    viewer.names(viewer.cell_of("WBC"), "m")
    assert viewer.review()["revision"] == 0

    page.get_by_label("Single keys work").check()
    viewer.names(viewer.cell_of("WBC"), "m")
    viewer.expect_saved()
    assert viewer.review()["revision"] == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280, 3840])
def test_viewer_and_galleries_fit_and_can_be_read(
    review_server: Server, review_smears: list[Path], new_page: NewPage, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    [field] = upload_fields(page, review_server, f"FIT-{width}-{scheme}", review_smears[0])

    for address, kind in ((field.viewer_url, "viewer"), (field.gallery_url, "gallery")):
        page.goto(address)
        page.locator(f"[data-{kind}][data-ready]").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert complaints(page, "faintTexts") == []
        assert complaints(page, "smallTargets") == []
