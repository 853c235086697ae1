"""The smear that the first page offers to try: a computer drawing, always the same."""

from functools import lru_cache
from io import BytesIO
from secrets import token_hex

from PIL import Image

from app.schemas.samples import NewSample
from model.rendering import encode_png, example_recipe, render_smear

EXAMPLE_FILE_NAME = "drawn-smear.png"
EXAMPLE_NOTE = "Example: a computer drawing of a smear, not a photograph of blood."
_PREVIEW_WIDTH_PX = 720
_PREVIEW_QUALITY = 85


@lru_cache(maxsize=1)
def example_png() -> bytes:
    """The drawn smear as a PNG file. Drawing takes about a second, so it is kept."""
    return encode_png(render_smear(example_recipe()).image_hwc_u8)


@lru_cache(maxsize=1)
def example_preview_jpeg() -> bytes:
    """The drawn smear, small enough to stand on a page."""
    with Image.open(BytesIO(example_png())) as drawing:
        preview = drawing.convert("RGB")
    preview.thumbnail((_PREVIEW_WIDTH_PX, _PREVIEW_WIDTH_PX))
    buffer = BytesIO()
    preview.save(buffer, format="JPEG", quality=_PREVIEW_QUALITY)
    return buffer.getvalue()


def new_example_sample() -> NewSample:
    """A sample for one try, under a number of its own that nobody takes for a real one."""
    return NewSample(accession_number=f"EXAMPLE-{token_hex(3).upper()}", note=EXAMPLE_NOTE)
