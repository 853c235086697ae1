"""Which field serves for training, for tuning thresholds, and for validation."""

import hashlib
from enum import StrEnum

from model.data.fields import AnnotatedField, LabelMode


class Split(StrEnum):
    """``TUNE`` chooses checkpoints and thresholds; ``VALIDATION`` is only ever reported on.

    ``HELD_OUT`` fields have cells of known sub-type but no boxes, so they judge sub-types and nothing else.
    """

    TRAIN = "train"
    TUNE = "tune"
    VALIDATION = "validation"
    HELD_OUT = "held_out"


_TUNE_SHARE = 0.08
_VALIDATION_SHARE = 0.12
"""Of the originals of a source without a published split."""

_HELD_OUT_SHARE = 0.15
"""Of the originals of a source that has points instead of boxes."""


def split_of(field: AnnotatedField) -> Split:
    """The split of a field, decided by its original and so the same in every build.

    A published validation or test split is kept as validation; a published training split gives up a
    share for tuning. BCCD fields outside TXL-PBC are incompletely labelled and only ever train.
    Fields with points alone train or are held out: without boxes they can neither tune nor validate.
    """
    position = _position(field.original)
    if field.source == "bccd":
        return Split.TRAIN
    if field.published_split is not None:
        if field.published_split != "train":
            return Split.VALIDATION
        return Split.TUNE if position < _TUNE_SHARE else Split.TRAIN
    if all(mode is LabelMode.NONE for mode in field.label_modes):
        return Split.HELD_OUT if position < _HELD_OUT_SHARE else Split.TRAIN
    if position < _VALIDATION_SHARE:
        return Split.VALIDATION
    return Split.TUNE if position < _VALIDATION_SHARE + _TUNE_SHARE else Split.TRAIN


def _position(original: str) -> float:
    """A place in 0..1 that depends on nothing but the name."""
    return int.from_bytes(hashlib.sha256(original.encode()).digest()[:8]) / 2**64
