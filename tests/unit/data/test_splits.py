"""Splits keep what comes from one original together, and are the same in every build."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.fields import AnnotatedField
from model.data.splits import Split, split_of

NO_BOXES, NO_CLASSES = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)


def field(source: str, name: str, original: str, published: str | None = None) -> AnnotatedField:
    return AnnotatedField(source, name, original, Path(name), published, NO_BOXES, NO_CLASSES)


SOURCES = st.sampled_from(["deep-bio-net", "txl-pbc-pbc", "bccd"])
PUBLISHED = st.sampled_from([None, "train", "val", "test"])


@given(SOURCES, PUBLISHED, st.text(max_size=20), st.text(max_size=10), st.text(max_size=10))
def test_fields_of_one_original_never_lie_in_different_splits(
    source: str, published: str | None, original: str, one: str, other: str
) -> None:
    assert split_of(field(source, one, original, published)) is split_of(field(source, other, original, published))


@given(SOURCES.filter(lambda source: source != "bccd"), st.text(max_size=20), st.sampled_from(["val", "test", "valid"]))
def test_a_published_validation_or_test_split_is_kept_for_validation(
    source: str, original: str, published: str
) -> None:
    assert split_of(field(source, "image", original, published)) is Split.VALIDATION


@given(st.text(max_size=20), PUBLISHED)
def test_incompletely_labelled_fields_only_ever_train(original: str, published: str | None) -> None:
    assert split_of(field("bccd", "image", original, published)) is Split.TRAIN


@given(st.text(max_size=20))
def test_a_published_training_split_is_never_reported_on(original: str) -> None:
    assert split_of(field("txl-pbc-pbc", "image", original, "train")) in {Split.TRAIN, Split.TUNE}


def test_the_shares_are_as_announced() -> None:
    own = Counter(split_of(field("deep-bio-net", "i", f"block:{number}")) for number in range(4000))
    published = Counter(split_of(field("txl-pbc-pbc", "i", f"pbc:{number}", "train")) for number in range(4000))

    assert own[Split.VALIDATION] / 4000 == pytest.approx(0.12, abs=0.02)
    assert own[Split.TUNE] / 4000 == pytest.approx(0.08, abs=0.02)
    assert published[Split.TUNE] / 4000 == pytest.approx(0.08, abs=0.02)


@pytest.mark.parametrize(
    ("original", "split"),
    [("block:0", Split.TRAIN), ("block:1", Split.VALIDATION), ("block:22", Split.TUNE), ("block:33", Split.VALIDATION)],
)
def test_splits_of_published_figures_stay_what_they_are(original: str, split: Split) -> None:
    # Figures measured on a split mean nothing once its fields have moved.
    assert split_of(field("deep-bio-net", "image", original)) is split
