"""Whether the counts depend on how many pixels the camera gave: the same fields enlarged and reduced."""

import io
from collections import Counter
from collections.abc import Sequence

from PIL import Image

from model.counting import compute_counts
from model.inference import CellCounter

FACTORS = (1.0, 0.35, 0.5, 2.0)


def counts_at_factors(
    counter: CellCounter, images: Sequence[bytes], factors: Sequence[float] = FACTORS
) -> dict[float, dict[str, int]]:
    """Counts by class pooled over the images, for each factor their sides are multiplied by.

    Raises:
        OSError: An image cannot be read.
    """
    pooled: dict[float, Counter[str]] = {factor: Counter() for factor in factors}
    for content in images:
        with Image.open(io.BytesIO(content)) as opened:
            image = opened.convert("RGB")
        for factor in factors:
            pooled[factor].update(compute_counts(counter.count(_rescaled(image, factor)).cells))
    return {factor: dict(counts) for factor, counts in pooled.items()}


def _rescaled(image: Image.Image, factor: float) -> bytes:
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    content = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(content, "PNG")
    return content.getvalue()
