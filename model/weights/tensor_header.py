"""The header of a safetensors file, read without believing a word of it.

Format: eight bytes, little-endian, that give the length of a JSON object; the object, from tensor name to number type,
shape and place; then the numbers (github.com/huggingface/safetensors). Nothing is read before its length was compared
with the file's own, and nothing in the file can make this allocate more than ``MAX_HEADER_BYTES``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from model.weights.errors import WeightsRefused

MAX_HEADER_BYTES = 2_000_000
"""Some thirty times the header of this network; the format itself allows 100 MB."""

_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_ENTRY_FIELDS = {"dtype", "shape", "data_offsets"}


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """A tensor of the file: its number type as the file names it, its shape, and its bytes' place in the whole file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """Every tensor by name, and what the file says about itself."""

    tensors: Mapping[str, TensorPlace]
    metadata: Mapping[str, str]


def read_header(path: Path) -> TensorHeader:
    """Read and check the header of a file.

    Raises:
        WeightsRefused: The file is too short, its header is none, or the places that it names cannot be.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > size - _LENGTH_BYTES:
            raise _of_wrong_length(path, size, length)
        if length > MAX_HEADER_BYTES:
            raise WeightsRefused(
                "header_too_long",
                f"{path}: its header has {length:,} bytes, the limit is {MAX_HEADER_BYTES:,}; it is no release of "
                "this network",
            )
        text = file.read(length)
    entries = parse_object(text, f"{path}: its header", "header")
    metadata = _metadata(path, entries.pop(_METADATA, {}))
    begin = _LENGTH_BYTES + length
    tensors = {name: _place(path, name, entry, begin, size) for name, entry in entries.items()}
    _check_places(path, tensors, begin, size)
    return TensorHeader(tensors, metadata)


def parse_object(text: bytes, what: str, code: str) -> dict[str, Any]:
    """A JSON object from bytes that nobody has to believe; ``what`` it is begins the messages, ``code`` their codes.

    Raises:
        WeightsRefused: It is no JSON object, names a field twice, holds NaN or Infinity, or is nested without end.
    """

    def only_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in values:
                raise WeightsRefused(f"{code}_duplicate_key", f"{what} names {name[:80]!r} twice; write the file anew")
            values[name] = value
        return values

    def no_number(word: str) -> NoReturn:
        raise WeightsRefused(f"{code}_not_finite", f"{what} holds {word}, which is no number; write the file anew")

    try:
        values = json.loads(text.decode("utf-8"), object_pairs_hook=only_once, parse_constant=no_number)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise WeightsRefused(f"{code}_invalid", f"{what} is no JSON ({error}); write the file anew") from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, WeightsRefused):
            raise
        raise WeightsRefused(f"{code}_invalid", f"{what} cannot be read as JSON: {_short(error)}") from error
    if not isinstance(values, dict):
        raise WeightsRefused(f"{code}_invalid", f"{what} is no JSON object; write the file anew")
    return values


def _of_wrong_length(path: Path, size: int, length: int) -> WeightsRefused:
    if size < _LENGTH_BYTES:
        return WeightsRefused("weights_truncated", f"{path} has {size} bytes, too few for any weights; send it again")
    return WeightsRefused(
        "header_out_of_file",
        f"{path} says that its header has {length:,} bytes, and the whole file has {size:,}; it is damaged, cut off or "
        "no safetensors file",
    )


def _metadata(path: Path, values: object) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise WeightsRefused("header_invalid", f"{path}: its {_METADATA} is no table of texts; write the file anew")
    return dict(values)


def _place(path: Path, name: str, entry: object, begin: int, size: int) -> TensorPlace:
    what = f"{path}: its tensor {name[:80]!r}"
    if not isinstance(entry, dict) or set(entry) != _ENTRY_FIELDS:
        raise WeightsRefused("header_invalid", f"{what} is not described by number type, shape and place")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _ITEM_BYTES:
        raise WeightsRefused(
            "dtype_unknown", f"{what} has the number type {str(dtype)[:40]!r}, which is not known here"
        )
    if not _are_counts(shape):
        raise WeightsRefused("shape_invalid", f"{what} has a shape that is no list of whole numbers of 0 or more")
    if not _are_counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:  # noqa: PLR2004 - begin and end
        raise WeightsRefused("offsets_invalid", f"{what} has a place that is no begin and end")
    start, end = begin + offsets[0], begin + offsets[1]
    if end > size:
        raise WeightsRefused(
            "offsets_out_of_file", f"{what} ends at byte {end:,} of a file of {size:,}: it is cut off or damaged"
        )
    wanted = _ITEM_BYTES[dtype]
    for side in shape:
        wanted *= side
    if end - start != wanted:
        raise WeightsRefused(
            "offsets_do_not_fit",
            f"{what} has {end - start:,} bytes, and {dtype} numbers of the shape {str(shape)[:80]} have {wanted:,}",
        )
    return TensorPlace(dtype, tuple(shape), start, end)


def _are_counts(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _check_places(path: Path, tensors: Mapping[str, TensorPlace], begin: int, size: int) -> None:
    """Make sure that the tensors fill the file: none over another, no gap, nothing behind the last."""
    reached, before = begin, "the header"
    for name, place in sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)):
        if place.start < reached:
            raise WeightsRefused("offsets_overlap", f"{path}: its tensor {name[:80]!r} lies over {before[:80]!r}")
        if place.start > reached:
            raise WeightsRefused(
                "offsets_leave_gap", f"{path}: {place.start - reached:,} bytes before {name[:80]!r} are no tensor's"
            )
        reached, before = place.end, name
    if reached != size:
        raise WeightsRefused(
            "offsets_leave_gap", f"{path}: {size - reached:,} bytes at its end are no tensor's; something was put there"
        )


def _short(error: BaseException) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
