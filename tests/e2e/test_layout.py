"""Every page from a telephone to a 4K screen, light and dark; and the picture for the README."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIGNED_IN, NewPage
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import ROOT, Server

pytestmark = pytest.mark.browser

PICTURE = ROOT / "docs" / "images" / "sample-page.png"
LARGEST_PICTURE_BYTES = 300_000
_READABILITY = (ROOT / "tests" / "e2e" / "readability.js").read_text(encoding="utf-8").replace("export ", "")


def complaints(page: Page, function: str) -> list[str]:
    """What one of the functions of readability.js finds on a page."""
    page.wait_for_load_state("load")  # before the style sheets are there it is not the page that people see
    found: list[str] = page.evaluate(f"() => {{ {_READABILITY}; return {function}(); }}")
    return found


@pytest.fixture(scope="module")
def example_url(server: Server, browser: object) -> Iterator[str]:
    """The page of the example, counted."""
    page: Page = browser.new_page(storage_state=SIGNED_IN)  # type: ignore[attr-defined]
    page.goto(server.url)
    page.get_by_role("button", name="Try it with an example").click()
    page.wait_for_url("**/samples/*")
    SamplePage(page).wait_until_counted(1)
    yield page.url
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768, 1440, 3840])
def test_every_page_fits_and_can_be_read(
    server: Server, example_url: str, new_page: NewPage, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for address in (server.url, f"{server.url}/samples", example_url, f"{server.url}/nowhere"):
        page.goto(address)

        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert complaints(page, "faintTexts") == [], address
        assert complaints(page, "smallTargets") == [], address


def test_a_page_that_is_hard_to_use_would_be_noticed(server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    page.evaluate("document.querySelector('.lede').style.color = '#999'")
    page.evaluate("document.querySelector('.button').style.cssText = 'min-height: 0; height: 20px'")

    assert len(complaints(page, "faintTexts")) == 1
    assert len(complaints(page, "smallTargets")) == 1


def test_text_at_twice_its_size_still_fits(example_url: str, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 640, "height": 800})
    page.goto(example_url)

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_enlarged_image_is_scrolled_and_its_drawing_stays_in_place(example_url: str, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(example_url)
    before = page.locator(".field-canvas img").bounding_box()

    page.get_by_label("Enlarge").check()

    image, drawing = page.locator(".field-canvas img").bounding_box(), page.locator(".overlay").bounding_box()
    assert before is not None
    assert image is not None
    assert image["width"] == pytest.approx(2.5 * before["width"], abs=2)
    assert drawing == pytest.approx(image, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_pointing_at_a_cell_says_what_it_is(example_url: str, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(example_url)

    page.locator(".cell[data-class=WBC]").first.hover(force=True)

    expect(page.locator("[data-readout]")).to_contain_text("White cell")


def test_the_picture_of_the_readme_is_made_from_the_example(
    example_url: str, new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page(viewport={"width": 1200, "height": 1120}, color_scheme="light")
    page.goto(example_url)
    SamplePage(page).wait_for_images_to_load()
    made = tmp_path / "sample-page.png"

    page.screenshot(path=made)

    assert made.stat().st_size > 20_000
    if os.environ.get("BLOODCOUNT_TEST_WRITE_PICTURE"):
        _make_small(made)
        assert made.stat().st_size < LARGEST_PICTURE_BYTES
        shutil.copy(made, PICTURE)


def _make_small(path: Path) -> None:
    """Keep the picture in the repository small: 128 colours are enough for a page and a drawn smear."""
    from PIL import Image  # noqa: PLC0415 - only when the picture is made anew

    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
