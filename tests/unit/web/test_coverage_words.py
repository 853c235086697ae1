"""The sentence that says how many images the pooled counts rest on."""

from itertools import product

import pytest

from app.schemas.samples import ImageStatus
from app.web.status_words import IMAGE_STATUS_LABELS, SAMPLE_STATUS_LABELS, coverage_of

COUNTED, REFUSED, FAILED = ImageStatus.COUNTED, ImageStatus.REFUSED, ImageStatus.FAILED
QUEUED, COUNTING = ImageStatus.QUEUED, ImageStatus.COUNTING


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        ({}, "No image yet, so there is nothing to count."),
        ({COUNTED: 1}, "The image is counted."),
        ({COUNTED: 3}, "All 3 images are counted."),
        ({COUNTED: 2, REFUSED: 1}, "2 of 3 images counted: 1 refused. The counts leave these out."),
        ({QUEUED: 1}, "0 of 1 image counted so far: 1 waiting."),
        (
            {COUNTED: 2, REFUSED: 1, FAILED: 1, QUEUED: 4},
            "2 of 8 images counted so far: 1 refused, 1 failed, 4 waiting. The counts leave these out.",
        ),
        ({COUNTED: 1, COUNTING: 2}, "1 of 3 images counted so far: 2 being counted. The counts leave these out."),
        ({REFUSED: 2}, "0 of 2 images counted: 2 refused."),
    ],
)
def test_the_sentence_accounts_for_every_image(images: dict[ImageStatus, int], sentence: str) -> None:
    assert coverage_of(images).text == sentence


@pytest.mark.parametrize("numbers", list(product((0, 1, 2), repeat=len(ImageStatus))))
def test_a_count_is_called_complete_only_when_every_image_is_counted(numbers: tuple[int, ...]) -> None:
    images = dict(zip(ImageStatus, numbers, strict=True))
    total = sum(numbers)

    coverage = coverage_of(images)

    assert coverage.is_partial == (images[COUNTED] < total)
    assert coverage.is_pending == (images[QUEUED] + images[COUNTING] > 0)
    assert (coverage.tone == "good") == (total > 0 and not coverage.is_partial)


def test_every_status_has_a_word() -> None:
    assert set(IMAGE_STATUS_LABELS) == set(ImageStatus)
    assert len(set(SAMPLE_STATUS_LABELS.values())) == len(SAMPLE_STATUS_LABELS)
