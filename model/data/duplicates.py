"""Finding images that are the same picture, byte for byte or after re-encoding."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.fields import AnnotatedField

_HASH_SIDE = 16
_MAX_DIFFERENT_BITS = 12
"""Of 256. Re-encoded copies differ by a few bits, different fields by about 100."""


def difference_hash(field: AnnotatedField) -> NDArray[np.uint8]:
    """A 256-bit hash of brightness differences between neighbours, packed in 32 bytes.

    Source: the "dHash" of N. Krawetz, hackerfactor.com, "Kind of Like That" (2013).
    """
    with Image.open(field.image_path) as image:
        grey = image.convert("L").resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.BOX)
    values = np.asarray(grey, dtype=np.int16)
    return np.packbits(values[:, 1:] > values[:, :-1])


def group_identical(fields: Sequence[AnnotatedField]) -> NDArray[np.int64]:
    """For each field the index of the first field whose file has the same bytes, by SHA-256 (its own if none)."""
    first: dict[bytes, int] = {}
    digests = [hashlib.sha256(field.image_path.read_bytes()).digest() for field in fields]
    return np.array([first.setdefault(digest, index) for index, digest in enumerate(digests)], dtype=np.int64)


def group_duplicates(fields: Sequence[AnnotatedField]) -> NDArray[np.int64]:
    """For each field the index of the first field that shows the same picture (its own if none)."""
    hashes = np.stack([difference_hash(field) for field in fields])
    first = np.arange(len(fields))
    for index in range(1, len(fields)):
        distances = np.bitwise_count(hashes[:index] ^ hashes[index]).sum(axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] <= _MAX_DIFFERENT_BITS:
            first[index] = first[nearest]
    return first
