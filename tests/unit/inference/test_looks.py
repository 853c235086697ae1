"""Which looks are taken at a field: few, cheap ones until the scale is known, and the whole image once."""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.config import DESCRIPTOR_LENGTH
from model.decoding import RawDetections
from model.inference import CellCounter, ScaleRefused
from model.inference.network_pass import FieldLook
from model.inference.progress import StageTimer, TileProgress
from model.inference.scale import ScaledLook, ScaleFinder
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size

NO_FEATURES = np.zeros(DESCRIPTOR_LENGTH, np.float32)
FIELD = encode_png(render_smear(SmearRecipe(Size(192, 128), 12, 1, 2, 30.0, seed=1)).image_hwc_u8)


@dataclass
class SeenField:
    """In the network's place: red cells of one diameter in a field of any size, met where they are large enough.

    ``looks`` holds scale and shown width and height, in input pixels, of every look.
    """

    diameter: float
    drawn_too_wide_px: float = 0.0
    looks: list[tuple[float, int, int]] = field(default_factory=list)

    def look(
        self,
        image: NDArray[np.uint8],
        scale: float,
        _min_score: float,
        _timer: StageTimer,
        _progress: TileProgress | None = None,
    ) -> FieldLook:
        height, width = image.shape[:2]
        self.looks.append((scale, round(width * scale), round(height * scale)))
        shown_px = self.diameter * scale
        middles = np.arange(self.diameter, max(width, height), self.diameter * 1.5)
        if not 14 <= shown_px <= 130 or image.max() == 0:
            middles = middles[:0]
        drawn = (shown_px + (self.drawn_too_wide_px if shown_px < 26 else 0)) / scale / 2
        cells = [(x, y) for x, y in product(middles, middles) if x + drawn < width and y + drawn < height][:400]
        boxes = torch.tensor([[x - drawn, y - drawn, x + drawn, y + drawn] for x, y in cells]).reshape(-1, 4)
        found = RawDetections(boxes.float(), torch.ones(len(cells)), torch.zeros(len(cells), dtype=torch.int64))
        return FieldLook(found, {"RBC": float(len(cells)), "WBC": 0.0, "PLT": 0.0}, NO_FEATURES)


def field_of(width: int, height: int, shade: int = 200) -> NDArray[np.uint8]:
    """An image of one shade that takes up no memory; 0 shows no cells."""
    return np.broadcast_to(np.uint8(shade), (height, width, 3))


def look(seen: SeenField, image: NDArray[np.uint8], um_per_px: float | None = None) -> ScaledLook:
    return ScaleFinder(seen, image, 0.3, StageTimer()).look(um_per_px)  # type: ignore[arg-type]


def test_cells_near_the_right_size_are_looked_at_once() -> None:
    seen = SeenField(100)

    assert look(seen, field_of(640, 480)).agreement is None
    assert [shown for _, *shown in seen.looks] == [[320, 240]]


@pytest.mark.parametrize("diameter", [37, 42, 46])
def test_many_small_cells_are_a_hint_good_enough_for_a_second_look_at_once(diameter: int) -> None:
    seen = SeenField(diameter, drawn_too_wide_px=2.5)
    found = look(seen, field_of(640, 480))

    assert len(seen.looks) == 2
    assert found.scale * diameter == pytest.approx(50, rel=0.03)
    assert found.warnings == ()


@pytest.mark.parametrize("diameter", [20, 50, 200])
def test_the_whole_of_a_large_image_is_looked_at_once(diameter: int) -> None:
    seen = SeenField(diameter)
    found = look(seen, field_of(12_000, 9_000))

    *first, (scale, width, height) = seen.looks
    assert (width, height) == (round(12_000 * scale), round(9_000 * scale))
    assert scale * diameter == pytest.approx(50, rel=0.01)
    assert max(max(shown) for _, *shown in first) <= 641
    assert len(first) <= 9
    assert (found.warnings, found.is_whole) == ((), True)


def test_red_cells_beside_an_empty_middle_are_found() -> None:
    image = np.zeros((4000, 6000, 3), np.uint8)
    image[2200:, 3300:] = 200
    found = look(SeenField(50), image)

    assert found.red_cell_diameter_px == pytest.approx(50)
    assert found.scale == pytest.approx(1.0)


def test_a_large_image_without_cells_is_not_enlarged() -> None:
    seen = SeenField(50)
    found = look(seen, field_of(12_000, 9_000, shade=0))

    assert [notice.code for notice in found.warnings] == ["scale_unknown"]
    assert seen.looks[-1][0] <= 1


def test_cells_of_a_few_pixels_are_enlarged_to_the_limit_and_no_further() -> None:
    seen = SeenField(8)
    found = look(seen, field_of(2000, 1500))

    assert found.scale == 4.0
    assert [notice.code for notice in found.warnings] == ["scale_doubtful"]


def test_a_given_scale_needs_one_look() -> None:
    seen = SeenField(75)
    found = look(seen, field_of(640, 480), um_per_px=0.1)

    assert [scale for scale, *_ in seen.looks] == [pytest.approx(2 / 3)]
    assert found.red_cell_diameter_px == pytest.approx(75)
    assert found.warnings == ()


def test_a_given_scale_that_the_cells_contradict_is_kept_with_a_warning() -> None:
    found = look(SeenField(75), field_of(640, 480), um_per_px=0.2)

    assert found.scale == pytest.approx(4 / 3)
    assert [notice.code for notice in found.warnings] == ["scale_disagrees"]


def test_progress_counts_every_tile_and_ends_with_all_of_them(random_counter: CellCounter) -> None:
    told: list[tuple[int, int]] = []
    random_counter.count(FIELD, progress=lambda done, total: told.append((done, total)))

    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert all(done <= total for done, total in told)
    assert told[-1][0] == told[-1][1]


def test_what_progress_raises_ends_the_count_and_the_next_one_works(random_counter: CellCounter) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        random_counter.count(FIELD, progress=stop)
    assert random_counter.count(FIELD).status == "counted"


def test_an_impossible_scale_is_refused_before_anything_is_read(random_counter: CellCounter) -> None:
    with pytest.raises(ScaleRefused):
        random_counter.count(b"not an image", um_per_px=0.0)
