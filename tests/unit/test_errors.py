"""Errors: a stable code, a status and a sentence each."""

import re

import pytest

from app import admission_errors, batch_errors, errors
from app.errors import BloodcountError, ImageRejected

EXAMPLES = [
    errors.SampleNotFound(17),
    errors.ImageNotFound(4),
    errors.StoredImageMissing(4),
    errors.AccessionNumberTaken("B-12", 3),
    errors.DuplicateImage("field.png", equal_file_name="a.png"),
    errors.ResultNotReady(4, "queued"),
    errors.IdempotencyKeyReused("k1"),
    batch_errors.BatchNotFound(3),
    batch_errors.BatchFileNotFound(3, 4),
    batch_errors.BatchClosed(3),
    batch_errors.BatchIncomplete(3, 1_000),
    batch_errors.FileNotAwaited("a.png", "accepted"),
    batch_errors.UploadOffsetMismatch(0, 100),
    batch_errors.UploadPartUnreadable("Upload-Offset", "a number"),
    batch_errors.TooManySamples(1_000),
    errors.InvalidInput("note", "The note has 2,001 characters and the limit is 2,000; shorten it."),
    errors.RequestTooLarge(4_000_000_000),
    errors.TooManyFiles(501, 500),
    errors.InvalidToken(),
    errors.StorageFull(),
    admission_errors.StorageNearlyFull(1_500_000, 501_000_000),
    admission_errors.QueueFull(100_000, 100_000),
    admission_errors.TooManyUploads(16),
    errors.ImageNotChangeable(4, "cancelled", "it is being counted, which ends by itself; wait for its counts"),
    errors.AddressUnavailable("127.0.0.1", 80, "Permission denied"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_is_one_sentence_with_a_code(error: BloodcountError) -> None:
    assert re.fullmatch(r"['A-Z][^\n]+\.", error.message)
    assert str(error) == error.message
    assert re.fullmatch(r"[a-z_]+", error.code)
    assert 400 <= error.http_status < 600


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn = dict(re.findall(r"── (\w+) +(?:\d{3})?  *(\w+)?", errors.__doc__ or ""))
    classes = {
        name: value.code
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, BloodcountError) and value is not BloodcountError
    }

    assert set(drawn) == set(classes)
    leaves = {name for name in classes if not vars(errors)[name].__subclasses__()} - {"ImageRejected"}
    assert {name: drawn[name] for name in leaves} == {name: classes[name] for name in leaves}


def test_the_branch_of_batches_is_drawn_as_it_is() -> None:
    drawn = dict(re.findall(r"── (\w+) +(?:\d{3})?  *(\w+)", batch_errors.__doc__ or ""))
    classes = {
        name: value.code
        for name, value in vars(batch_errors).items()
        if isinstance(value, type) and issubclass(value, BloodcountError) and value.__module__ == batch_errors.__name__
    }

    assert drawn == classes


def test_codes_are_unique() -> None:
    codes = [error.code for error in EXAMPLES]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("code", "status"), [("truncated", 415), ("not_an_image", 415), ("too_large_file", 413), ("too_many_pixels", 413)]
)
def test_a_rejected_image_keeps_the_code_of_its_refusal(code: str, status: int) -> None:
    error = ImageRejected(code, "The file is damaged.")

    assert (error.code, error.http_status, error.message) == (code, status, "The file is damaged.")
