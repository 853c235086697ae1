"""PNG files of rendered fields."""

import io

import numpy as np
import pytest
from PIL import Image

from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size


def test_the_png_holds_exactly_the_rendered_pixels() -> None:
    image = render_smear(SmearRecipe(Size(160, 120), 3, 0, 1, 40.0)).image_hwc_u8
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(image)))), image)


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        encode_png(wrong)
