"""The sentence that says how many images the pooled counts rest on."""

from itertools import product

import pytest

from app.schemas.samples import ImageStatus
from app.web.status_words import IMAGE_STATUS_LABELS, SAMPLE_STATUS_LABELS, coverage_of, duration_words

COUNTED, REFUSED, FAILED = ImageStatus.COUNTED, ImageStatus.REFUSED, ImageStatus.FAILED
QUEUED, COUNTING, CANCELLED = ImageStatus.QUEUED, ImageStatus.COUNTING, ImageStatus.CANCELLED


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


@pytest.mark.parametrize(
    ("images", "aside", "sentence", "is_partial"),
    [
        ({COUNTED: 2, REFUSED: 1}, 1, "2 of 3 images counted; 1 set aside by a person and not in the counts.", False),
        (
            {COUNTED: 2, REFUSED: 1, CANCELLED: 1},
            1,
            "2 of 4 images counted: 1 refused, 1 cancelled, 1 of them set aside. The counts leave these out.",
            True,
        ),
        ({REFUSED: 1}, 1, "0 of 1 image counted: 1 refused, 1 of them set aside.", True),
    ],
)
def test_what_was_set_aside_is_told_and_does_not_make_a_count_partial(
    images: dict[ImageStatus, int], aside: int, sentence: str, *, is_partial: bool
) -> None:
    coverage = coverage_of(images, aside)

    assert (coverage.text, coverage.is_partial) == (sentence, is_partial)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "less than 10 seconds"),
        (31, "about 40 seconds"),
        (60, "about 1 minute"),
        (61, "about 2 minutes"),
        (3600, "about 1 hour"),
        (7800, "about 2 hours 10 minutes"),
    ],
)
def test_a_time_that_lies_ahead_is_told_as_exactly_as_it_is_known(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


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
