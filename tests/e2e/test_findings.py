"""Types of cells in a browser: pointed at, reached with the keyboard, and pooled in tables that fit a telephone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server
from tests.e2e.test_keyboard import tab_to
from tests.e2e.test_layout import complaints
from tests.e2e.test_upload import upload

pytestmark = pytest.mark.browser


def counted(page: Page, server: Server, number: str, smear: Path) -> SamplePage:
    """A sample with an image on which the stand-in sees a target cell, a neutrophil, an erythroblast and a platelet."""
    sample_page = upload(page, server, number, [smear])
    sample_page.wait_until_counted(1)
    return sample_page


def test_types_are_told_with_their_probability_to_pointer_and_keyboard(
    slow_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    counted(page, slow_server, "TYPE-1", smears[0])
    readout = page.locator("[data-readout]")

    page.locator(".cell[data-class=WBC]").hover(force=True)
    expect(readout).to_have_text("White cell, suggested neutrophil, probability 93 %, score 0.88")

    tab_to(page, ".overlay")
    page.keyboard.press("ArrowRight")
    expect(readout).to_have_text("Red cell, suggested target cell, probability 95 %, score 0.91")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (390, "light"), (1280, "light")])
def test_differential_and_morphology_fit_and_can_be_read(
    slow_server: Server, new_page: NewPage, smears: list[Path], width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    counted(page, slow_server, f"TYPE-2-{width}-{scheme}", smears[1])

    for name, row, words in (("differential", "Neutrophil", "100.0"), ("morphology", "Schistocyte", "n < 1")):
        section = page.locator(f"[data-finding={name}]")
        expect(section.locator(f"tr[data-type='{row}']")).to_contain_text(words)
        assert section.evaluate("card => card.querySelector('table').offsetWidth - card.clientWidth") <= 0
        edge = section.evaluate("card => card.getBoundingClientRect().right")
        assert section.locator("td:visible, th:visible").evaluate_all(
            "(cells, edge) => cells.every(cell => cell.getBoundingClientRect().right <= edge)", edge
        )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints(page, "faintTexts") == []
    assert complaints(page, "smallTargets") == []
