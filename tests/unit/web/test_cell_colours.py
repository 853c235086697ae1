"""The lines of drawn cells are told apart by colour-blind eyes, on real smears; read from what browsers get."""

import itertools
import re
from pathlib import Path

import pytest

from app.web.report_pdf import cells
from tests.colour_vision import VISIONS, Rgb, distance, rgb_of_hex

STATIC = Path(__file__).parents[3] / "static"
TOKENS = {"RBC": "cell-red", "WBC": "cell-white", "PLT": "cell-platelet", "NRBC": "cell-nucleated"}

GROUNDS = {"red cells": (183, 149, 156), "white cells": (128, 66, 142), "background": (225, 200, 184)}
"""Mean sRGB of 300 images of TXL-PBC: the middle half of 4,677 boxes of red and 313 of white cells, and no box."""

LEAST_BETWEEN_CLASSES = 39.0
LEAST_ON_GROUNDS = 17.0
LEAST_ON_CASING = 50.0


def token(name: str) -> Rgb:
    """A colour of the style sheet."""
    found = re.findall(rf"--{name}: (#[0-9a-f]{{6}});", (STATIC / "css" / "tokens.css").read_text(encoding="utf-8"))
    assert len(found) == 1
    return rgb_of_hex(found[0])


@pytest.mark.parametrize("vision", VISIONS)
def test_every_two_classes_differ(vision: str) -> None:
    colours = [token(name) for name in TOKENS.values()]

    assert min(distance(a, b, vision) for a, b in itertools.combinations(colours, 2)) >= LEAST_BETWEEN_CLASSES


@pytest.mark.parametrize("vision", VISIONS)
def test_every_class_differs_from_what_lies_under_it_and_from_its_casing(vision: str) -> None:
    for name in TOKENS.values():
        for ground, (red, green, blue) in GROUNDS.items():
            found = distance(token(name), (red / 255, green / 255, blue / 255), vision)
            assert found >= LEAST_ON_GROUNDS, (name, ground)
        assert distance(token(name), token("cell-casing"), vision) >= LEAST_ON_CASING, name


def test_the_viewer_draws_with_the_same_colours_as_the_style_sheet() -> None:
    source = (STATIC / "js" / "viewer" / "sprites.js").read_text(encoding="utf-8")
    lines = dict(re.findall(r'(\w+): "(#[0-9a-f]{6})"', re.findall(r"const LINES = \{(.*?)\}", source)[0]))
    casing = re.findall(r'const CASING = "(#[0-9a-f]{6})"', source)[0]

    assert {code: rgb_of_hex(text) for code, text in lines.items()} == {
        code: token(name) for code, name in TOKENS.items()
    }
    assert rgb_of_hex(casing) == token("cell-casing")


def test_reports_draw_with_the_same_colours_as_the_style_sheet() -> None:
    assert {code: rgb_of_hex(text) for code, text in cells.LINES.items()} == {
        code: token(name) for code, name in TOKENS.items()
    }
    assert rgb_of_hex(cells.CASING) == token("cell-casing")


def test_the_simulation_confuses_what_such_eyes_confuse() -> None:
    red, green = rgb_of_hex("#c86464"), rgb_of_hex("#648232")

    assert distance(red, green, "deutan") < 0.5 * distance(red, green, "normal")
    assert distance(rgb_of_hex("#ffffff"), rgb_of_hex("#000000"), "normal") == pytest.approx(100, abs=0.1)
