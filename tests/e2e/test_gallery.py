"""The galleries in a browser: one or many cells renamed by key, button or drag, and the way to the field."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import SAVED, Field, upload_fields
from tests.e2e.review_server import SMALL_WHITE_CELLS
from tests.e2e.serving import Server
from tests.e2e.test_keyboard import tab_to

pytestmark = pytest.mark.browser


def opened(page: Page, server: Server, number: str, *smears: Path) -> list[Field]:
    """A new sample of these fields, in the gallery of its white cells."""
    fields = upload_fields(page, server, number, *smears)
    page.goto(fields[0].gallery_url)
    page.locator("[data-gallery][data-ready]").wait_for()
    return fields


def group(page: Page, subtype: str) -> Locator:
    """The crops of one type of white cells."""
    return page.locator(f"[data-group='WBC:{subtype}'] [data-cell]")


def differential(page: Page, field: Field) -> dict[str, int]:
    """White cells by type, as the API pools them."""
    sample = page.request.get(f"{field.server.url}/api/v1/samples/{field.sample_id}").json()
    found: dict[str, int] = {name: share["n"] for name, share in sample["differential"]["types"].items()}
    return found | {"unidentified": sample["differential"]["unidentified"]}


def test_the_unidentified_come_first_the_most_doubtful_before_the_others(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    opened(page, review_server, "GALLERY-1", *review_smears)

    assert page.locator("[data-group]").first.get_attribute("data-group") == "WBC:unidentified"
    assert page.locator("[data-cell]").count() == len(review_smears) * SMALL_WHITE_CELLS
    words = group(page, "unidentified").locator(".crop-words").all_inner_texts()
    percents = [int(text.split("?")[1].removesuffix("%").strip()) for text in words]
    assert percents == sorted(percents)
    # Every picture is loaded and holds something else than background.
    assert page.locator(".crop-picture image").first.evaluate("image => image.getBBox().width") > 0


def test_the_unidentified_are_named_with_one_key_each(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    [field] = opened(page, review_server, "GALLERY-2", review_smears[0])
    before = differential(page, field)
    number = group(page, "unidentified").count()
    assert number > 1

    tab_to(page, "[data-group='WBC:unidentified'] [data-cell]")
    for _ in range(number):
        page.keyboard.press("e")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)

    after = differential(page, field)
    assert (after["unidentified"], after["eosinophil"]) == (0, before["eosinophil"] + number)
    expect(group(page, "eosinophil")).to_have_count(after["eosinophil"])
    page.keyboard.press("Control+z")
    expect(group(page, "unidentified")).to_have_count(1)
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    assert differential(page, field)["unidentified"] == 1


def test_many_cells_of_several_fields_change_and_come_back_together(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    first, _ = opened(page, review_server, "GALLERY-3", *review_smears[:2])
    before = differential(page, first)

    page.locator("[data-group='WBC:neutrophil']").get_by_role("button", name="Choose all").click()
    expect(page.locator("[data-chosen]")).to_have_text(f"{before['neutrophil']} cells chosen")
    page.locator("[data-type-key='WBC:immature_granulocyte']").click()
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    changed = differential(page, first)
    assert (changed["neutrophil"], changed["immature_granulocyte"]) == (0, before["neutrophil"])

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    assert differential(page, first) == before


def test_a_cell_is_dragged_to_another_group(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page(viewport={"width": 1280, "height": 2400})
    [field] = opened(page, review_server, "GALLERY-4", review_smears[1])
    before = differential(page, field)
    crop = group(page, "neutrophil").first
    name = crop.get_attribute("data-cell")

    crop.drag_to(page.locator("[data-group='WBC:monocyte']"))
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)

    assert differential(page, field)["monocyte"] == before["monocyte"] + 1
    expect(page.locator(f"[data-group='WBC:monocyte'] [data-cell={name}]")).to_have_count(1)


def test_a_crop_leads_to_its_cell_on_the_field(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    [field] = opened(page, review_server, "GALLERY-5", review_smears[2])
    for act in ("Confirm", "Remove", "Show on its field", "Add to the library"):
        expect(page.get_by_role("button", name=act, exact=True)).to_be_disabled()

    group(page, "neutrophil").first.click()
    page.get_by_role("button", name="Show on its field").click()
    page.wait_for_url(f"{field.viewer_url}#cell=n*")
    page.locator("[data-viewer][data-ready]").wait_for()

    expect(page.locator("[data-chosen]")).to_contain_text("White cell, suggested neutrophil")
