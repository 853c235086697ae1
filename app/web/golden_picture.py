"""The drawn golden fields as pictures; each takes about a second to draw and is kept."""

from functools import lru_cache

from app.errors import NotFound
from model.rendering import encode_png, render_smear
from model.rendering.golden import golden_recipes


def drawn_golden_png(place: int) -> bytes:
    """The drawn golden field at a place of the list, from 0, as a PNG file.

    Raises:
        NotFound: There are not so many.
    """
    if not 0 <= place < len(golden_recipes()):
        raise NotFound(f"There is no drawn field number {place + 1}; there are {len(golden_recipes())}.")
    return _png(place)


@lru_cache(maxsize=16)
def _png(place: int) -> bytes:
    return encode_png(render_smear(golden_recipes()[place]).image_hwc_u8)
