"""Reducing: which part of the single-cell images is packed, so that the set stays easy to carry."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import AnnotatedField
from model.data.sources import pbc_acevedo
from model.data.splits import Split, split_of

CELLS_A_KIND = 100
"""Training images of PBC kept of each kind of white cell; platelets, of which other sets have few, all stay."""

_PLATELET_INDEX = CELL_CLASSES.index(CellClass.PLATELET)


def reduce_fields(
    fields: Sequence[AnnotatedField], cells_a_kind: int = CELLS_A_KIND
) -> tuple[list[AnnotatedField], Counter[str]]:
    """The fields that are packed, in their order, and how many were left out, by kind.

    Which ones stay is decided by a hash of the original, so every build keeps the same. Held-out fields all
    stay: their pixels are never packed.
    """
    kinds: defaultdict[str, list[AnnotatedField]] = defaultdict(list)
    for field in fields:
        if field.source == pbc_acevedo.SOURCE and split_of(field) is Split.TRAIN:
            point = field.points[0]
            if point.class_index != _PLATELET_INDEX:
                kinds[f"{field.source}: {point.subtype}"].append(field)
    left_out, dropped = set[str](), Counter[str]()
    for kind, members in sorted(kinds.items()):
        surplus = sorted(members, key=lambda field: hashlib.sha256(field.original.encode()).digest())[cells_a_kind:]
        left_out.update(field.key for field in surplus)
        dropped[kind] = len(surplus)
    return [field for field in fields if field.key not in left_out], dropped
