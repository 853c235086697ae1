"""Everything that is checked of a weights release before it may count, in an order in which nothing is believed."""

import hashlib
import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model.config import DETECTOR_ARCHITECTURE
from model.network import CellDetector
from model.network.embedding import NoEmbedding
from model.weights.errors import WeightsRefused
from model.weights.manifest import WeightsManifest, read_manifest
from model.weights.release import MAX_FILE_BYTES, load_network, open_release
from model.weights.tensor_header import TensorHeader, TensorPlace, parse_object, read_header

MAX_MANIFEST_BYTES = 4_000_000
"""Some fifteen times the shipped one, which carries its metrics and its gate."""

_CHUNK_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MANIFEST_FIELDS = {
    "name", "version", "sha256", "decoding", "naming", "gate", "architecture", "classes", "preprocessing", "training",
    "metrics", "licence", "schema",
}  # fmt: skip
_NAMER = "namer."
_FLOATS = ("F16", "F32", "BF16")
_BF16_EXPONENT = 0x7F80
_INTEGERS = {torch.int64: "I64"}


def check_release(path: Path) -> WeightsManifest:
    """Check a weights file and the manifest beside it, down to every number.

    Raises:
        WeightsRefused: Something about them is not as it must be.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise WeightsRefused("weights_too_large", f"{path} has {size:,} bytes; the limit is {MAX_FILE_BYTES:,}")
    manifest = _checked_manifest(path.with_suffix(".json"))
    header = read_header(path)
    _check_hash(path, manifest)
    _check_metadata(path, header, manifest)
    _check_tensors(path, header, manifest)
    for name, place in header.tensors.items():
        if place.dtype in _FLOATS:
            _check_finite(path, name, place)
    # What counts later is what was checked: the same two functions open it then.
    load_network(open_release(path))
    return manifest


def _checked_manifest(path: Path) -> WeightsManifest:
    size = path.stat().st_size
    if size > MAX_MANIFEST_BYTES:
        raise WeightsRefused("manifest_too_large", f"{path} has {size:,} bytes; the limit is {MAX_MANIFEST_BYTES:,}")
    values = parse_object(path.read_bytes(), f"{path}", "manifest")
    unknown = sorted(set(values) - _MANIFEST_FIELDS)
    if unknown:
        raise WeightsRefused(
            "manifest_invalid", f"{path} holds {unknown[0][:80]!r}, which no manifest of this kind has"
        )
    for field, pattern in (("name", _NAME), ("version", _VERSION), ("sha256", _SHA256)):
        value = values.get(field)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise WeightsRefused(
                f"manifest_{field}",
                f"{path}: its {field} is {str(value)[:80]!r}; it needs to match {pattern.pattern}",
            )
    if not isinstance(values.get("licence"), str) or not values["licence"].strip():
        raise WeightsRefused("manifest_licence", f"{path} names no licence; ask who made the weights for it")
    return read_manifest(path)


def _check_hash(path: Path, manifest: WeightsManifest) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != manifest.sha256:
        raise WeightsRefused(
            "weights_hash_mismatch",
            f"{path} has SHA-256 {digest.hexdigest()}, its manifest says {manifest.sha256}; the file is damaged, or "
            "the manifest belongs to another: send both again",
        )


def _check_metadata(path: Path, header: TensorHeader, manifest: WeightsManifest) -> None:
    """Make sure that a file which names itself is not given another name by its manifest."""
    for field, wanted in (("name", manifest.name), ("version", manifest.version)):
        given = header.metadata.get(field, wanted)
        if given != wanted:
            raise WeightsRefused(
                "metadata_mismatch",
                f"{path} calls its {field} {given[:80]!r} and the manifest {wanted!r}; they do not belong together",
            )


def _check_tensors(path: Path, header: TensorHeader, manifest: WeightsManifest) -> None:
    wanted = _wanted_tensors(manifest.architecture)
    missing, extra = sorted(set(wanted) - set(header.tensors)), sorted(set(header.tensors) - set(wanted))
    if missing or extra:
        first = [name[:80] for name in (*missing[:1], *extra[:1])]
        raise WeightsRefused(
            "tensors_of_another_network",
            f"{path} lacks {len(missing)} tensors of {manifest.architecture} and has {len(extra)} others (such as "
            f"{', '.join(first)}); it belongs to another network",
        )
    for name, place in header.tensors.items():
        shape, dtypes = wanted[name]
        if place.shape != shape:
            raise WeightsRefused(
                "shape_mismatch", f"{path}: {name} has the shape {list(place.shape)}, the network's has {list(shape)}"
            )
        if place.dtype not in dtypes:
            raise WeightsRefused(
                "dtype_mismatch", f"{path}: {name} has {place.dtype} numbers, the network takes {', '.join(dtypes)}"
            )


def _wanted_tensors(architecture: str) -> dict[str, tuple[tuple[int, ...], tuple[str, ...]]]:
    """Shape and possible number types of each tensor of the network, which is built without any numbers."""
    with torch.device("meta"):
        network = CellDetector()
    if architecture == DETECTOR_ARCHITECTURE:
        network.embedding_head = NoEmbedding()
    return {
        name: (tuple(tensor.shape), _FLOATS if tensor.is_floating_point() else (_INTEGERS[tensor.dtype],))
        for name, tensor in network.state_dict().items()
        if not (architecture == DETECTOR_ARCHITECTURE and name.startswith(_NAMER))
    }


def _check_finite(path: Path, name: str, place: TensorPlace) -> None:
    with path.open("rb") as file:
        file.seek(place.start)
        left = place.end - place.start
        while left > 0:
            chunk = file.read(min(left, _CHUNK_BYTES))
            left -= len(chunk)
            wrong = int((~_are_finite(chunk, place.dtype)).sum())
            if wrong:
                raise WeightsRefused(
                    "weights_not_finite",
                    f"{path}: {name} holds {wrong:,} values that are not finite (NaN or infinite); the training went "
                    "wrong",
                )


def _are_finite(numbers: bytes, dtype: str) -> NDArray[np.bool_]:
    if dtype == "BF16":  # unknown to numpy: a 32-bit float's upper half, not finite where the exponent is all ones
        return np.asarray((np.frombuffer(numbers, dtype="<u2") & _BF16_EXPONENT) != _BF16_EXPONENT)
    return np.asarray(np.isfinite(np.frombuffer(numbers, dtype="<f2" if dtype == "F16" else "<f4")))
