"""The shipped weights' gate on real fields, drawn pictures and photographs, through the whole pipeline."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.evaluation.gate_faults import FAULTS
from model.evaluation.gate_observing import faulted
from model.evaluation.gate_pictures import drawn_pictures
from model.inference import CellCounter, load_cell_counter
from model.rendering import encode_png, example_recipe, render_smear
from model.weights import open_release

PHOTOGRAPHS = Path("/usr/share/backgrounds")
"""Debian's lomiri-wallpapers-16.04: landscapes, animals, people, things."""

FIELDS = {
    "bccd": ("txl-pbc/images/val/8728f46e-4e3e-519d-9ba9-b7c59fc5c388.jpg", 0.499),
    "chula-rbc-12": ("chula-rbc-12/Dataset/505.jpg", 1.316),
    "deep-bio-net": ("deep-bio-net/detection/Images/258.jpg", 0.725),
}
"""A validation or held-out field of three sources, and the factor from its pixels to the network's."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(open_release().manifest.gate is None, reason="the shipped weights have no gate"),
]


@pytest.fixture(scope="module")
def counter() -> CellCounter:
    return load_cell_counter(None, device="cpu")


def png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.shared_data
@pytest.mark.parametrize("source", FIELDS)
def test_a_real_field_is_counted_and_a_blurred_or_dark_one_with_the_warning(
    counter: CellCounter, shared_data: Path, source: str
) -> None:
    content, scale = (shared_data / FIELDS[source][0]).read_bytes(), FIELDS[source][1]
    plain = counter.count(content)
    told = {
        fault.warning: {warning.code for warning in counter.count(faulted(content, scale, fault)).warnings}
        for fault in FAULTS
        if fault.name in {"blur of 8 % of a red cell", "0.12 of the light", "3 times the light"}
    }

    assert plain.status == "counted"
    assert plain.quality["smear_distance"] is not None
    assert [code for code in told if code in {warning.code for warning in plain.warnings}] == []
    assert [code for code, codes in told.items() if code not in codes] == []


def test_the_example_of_the_first_page_is_counted(counter: CellCounter) -> None:
    result = counter.count(encode_png(render_smear(example_recipe()).image_hwc_u8))

    assert result.status == "counted"
    assert result.cells != ()


@pytest.mark.parametrize("name", ["cartoon_face", "terminal", "street_map", "cherries", "pebbles", "clouds", "x_ray"])
def test_a_drawn_picture_that_taught_nothing_is_refused(counter: CellCounter, name: str) -> None:
    draw = drawn_pictures()[name]

    result = counter.count(png(draw(np.random.default_rng(77))))

    assert result.status == "refused"
    assert result.reason is not None
    assert result.reason.code == "not_a_smear"
    assert result.cells == ()
    assert result.head_counts is None


def test_photographs_of_other_things_are_refused(counter: CellCounter) -> None:
    paths = sorted(PHOTOGRAPHS.glob("*_by_*.jpg"))[::5]  # all of them are judged by: bloodcount gate judge
    if not paths:
        pytest.skip("needs photographs: apt-get install lomiri-wallpapers-16.04")
    counted = []
    for path in paths:
        with Image.open(path) as image:
            image.thumbnail((640, 640))
            if counter.count(png(image)).status == "counted":
                counted.append(path.name)

    assert counted == []
