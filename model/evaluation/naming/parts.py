"""Which fields judge names, and which choose temperature and confidence."""

import hashlib
from collections.abc import Sequence

from model.data.packed import PackedField
from model.data.source_groups import without_groups
from model.data.splits import Split
from model.evaluation.left_out import thinned
from model.evaluation.naming.references import reference_cells

_CALIBRATING_SHARE = 1 / 3
"""Of the held-out originals."""

_SALT = "held out:"
"""Makes this choice independent of that of the splits."""


def has_names(field: PackedField) -> bool:
    """Whether a cell of the field can be judged by name."""
    return bool(reference_cells(field))


def calibrates(field: PackedField) -> bool:
    """Whether the field chooses temperature and confidence: the tuning split, and a third of the held-out originals."""
    if field.split is Split.HELD_OUT:
        digest = hashlib.sha256((_SALT + field.original).encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64 < _CALIBRATING_SHARE
    return field.split is Split.TUNE


def calibrating_fields(fields: Sequence[PackedField], left_out: Sequence[str] = ()) -> list[PackedField]:
    """The fields that choose temperature and confidence, without the groups of sources left out.

    Raises:
        UnknownSourceGroup: There is no such group, or a field's source is in none.
    """
    return [field for field in without_groups(fields, left_out) if calibrates(field) and has_names(field)]


def held_out_fields(fields: Sequence[PackedField]) -> list[PackedField]:
    """The fields without boxes that judge names; beside them the validation split judges.

    Those that calibrated are among them: what does not depend on the calibration is judged on all.
    """
    return [field for field in fields if field.split is Split.HELD_OUT and has_names(field)]


def thinned_by_source(fields: Sequence[PackedField], limit: int | None) -> list[PackedField]:
    """At most ``limit`` fields of each source, every k-th in order; all of them for None."""
    sources = dict.fromkeys(field.source for field in fields)
    taken = [thinned([field for field in fields if field.source == source], limit)[0] for source in sources]
    return [field for part in taken for field in part]
