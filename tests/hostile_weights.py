"""Files that somebody could send as weights: each is wrong in a way of its own, and small where it can be."""

import hashlib
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOME_BYTES = bytes(16)


@dataclass(frozen=True, slots=True)
class Hostile:
    """How the file is called, the refusal's code and words of its message, and what makes file and manifest.

    ``make`` is given the weights file and the manifest of a sound release.
    """

    code: str
    says: str
    make: Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]
    file_name: str = "weights.safetensors"


def safetensors(header: bytes | Mapping[str, object], data: bytes = b"", *, length: int | None = None) -> bytes:
    """A file with this header, whatever it says, and a length that may be a lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape: object, offsets: object, dtype: object = "F16") -> dict[str, object]:
    """A tensor's line in a header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def manifest_of(content: bytes, manifest: dict[str, Any], **changes: object) -> bytes:
    """A manifest that knows the file's hash, with changes."""
    return json.dumps(manifest | {"sha256": hashlib.sha256(content).hexdigest()} | changes).encode()


def _file(content: bytes) -> Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]:
    return lambda _, manifest: (content, manifest_of(content, manifest))


def _header(header: bytes | Mapping[str, object], data: bytes = _SOME_BYTES, *, length: int | None = None) -> Any:  # noqa: ANN401
    return _file(safetensors(header, data, length=length))


def _lying(**changes: object) -> Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]:
    return lambda content, manifest: (content, manifest_of(content, manifest, **changes))


def _with_decoding(**changes: object) -> Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]:
    return lambda content, manifest: (
        content,
        manifest_of(content, manifest, decoding=manifest["decoding"] | changes),
    )


def _raw_manifest(text: bytes) -> Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]:
    return lambda content, _: (content, text)


def _rewritten(
    change: Callable[[dict[str, Any], bytearray], None],
) -> Callable[[bytes, dict[str, Any]], tuple[bytes, bytes]]:
    """A sound file with its header or its numbers changed, and a manifest that knows the new hash."""

    def make(content: bytes, manifest: dict[str, Any]) -> tuple[bytes, bytes]:
        (length,) = struct.unpack("<Q", content[:8])
        header, data = json.loads(content[8 : 8 + length]), bytearray(content[8 + length :])
        change(header, data)
        changed = safetensors(header, bytes(data))
        return changed, manifest_of(changed, manifest)

    return make


def _first(header: dict[str, Any], dtype: str = "F16") -> dict[str, Any]:
    return next(value for name, value in header.items() if name != "__metadata__" and value["dtype"] == dtype)


def _another_shape(header: dict[str, Any], _: bytearray) -> None:
    place = next(value for value in header.values() if len(value.get("shape", ())) == 4)
    place["shape"] = [*place["shape"][2:], *place["shape"][:2]]


def _another_type(header: dict[str, Any], _: bytearray) -> None:
    _first(header)["dtype"] = "I16"


def _not_a_number(header: dict[str, Any], data: bytearray) -> None:
    start = _first(header)["data_offsets"][0]
    data[start : start + 2] = b"\x00\x7e"  # a 16-bit NaN


def _infinite(header: dict[str, Any], data: bytearray) -> None:
    start = _first(header)["data_offsets"][0]
    data[start : start + 2] = b"\x00\x7c"


def _another_name(header: dict[str, Any], _: bytearray) -> None:
    header["__metadata__"] = {"name": "somebody-elses", "version": "9"}


def _one_more(header: dict[str, Any], data: bytearray) -> None:
    header["backdoor.weight"] = entry([8], [len(data), len(data) + 16])
    data.extend(_SOME_BYTES)


def _zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"weight": 1}))
    return buffer.getvalue()


_TWICE = (
    b'{"a":{"dtype":"F16","shape":[8],"data_offsets":[0,16]},"a":{"dtype":"F16","shape":[8],"data_offsets":[0,16]}}'
)
_DEEP = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

HOSTILE: dict[str, Hostile] = {
    "a checkpoint by its name": Hostile("weights_pt", "write_release", _file(b"x" * 100), "model.pt"),
    "a pickle by its name": Hostile("weights_pth", "write_release", _file(b"x" * 100), "model.PTH"),
    "an archive by its name": Hostile("weights_zip", "write_release", _file(_zipped()), "weights.zip"),
    "a file without an ending": Hostile("weights_format", "ends in .safetensors", _file(b"x" * 100), "weights"),
    "a pickle called safetensors": Hostile("weights_pickle", "run any program", _file(pickle.dumps({"a": [1] * 50}))),
    "a checkpoint called safetensors": Hostile("weights_zip", "a pickle lies in it", _file(_zipped())),
    "an HDF5 file": Hostile("weights_hdf5", "Keras", _file(b"\x89HDF\r\n\x1a\n" + _SOME_BYTES)),
    "a tar archive": Hostile("weights_tar", "tar archive", _file(bytes(257) + b"ustar" + bytes(250))),
    "a file of five bytes": Hostile("weights_truncated", "too few", _file(b"short")),
    "a header of 10 GB": Hostile("header_out_of_file", "10,000,000,000 bytes", _header({}, length=10_000_000_000)),
    "a header longer than any number": Hostile("header_out_of_file", "damaged", _header({}, length=2**64 - 1)),
    "a header of 3 MB": Hostile("header_too_long", "the limit is 2,000,000", _header(b"{" + b" " * 3_000_000 + b"}")),
    "a header that is no JSON": Hostile("header_invalid", "no JSON", _header(b"{not json")),
    "a header that is a list": Hostile("header_invalid", "no JSON object", _header(b"[1, 2]")),
    "a header in another encoding": Hostile("header_invalid", "utf-8", _header(b'{"\xff\xfe": 1}')),
    "a header without an end": Hostile("header_invalid", "nested too deeply", _header(_DEEP)),
    "a tensor twice": Hostile("header_duplicate_key", "twice", _header(_TWICE)),
    "metadata that is no text": Hostile("header_invalid", "table of texts", _header({"__metadata__": {"a": 1}})),
    "an unknown number type": Hostile("dtype_unknown", "F8_E4M3", _header({"a": entry([16], [0, 16], "F8_E4M3")})),
    "a shape below zero": Hostile("shape_invalid", "whole numbers", _header({"a": entry([-8], [0, 16])})),
    "a shape that overflows": Hostile("offsets_do_not_fit", "have", _header({"a": entry([2**62, 4], [0, 16])})),
    "a place behind the end": Hostile(
        "offsets_out_of_file", "cut off or damaged", _header({"a": entry([500], [0, 1000])})
    ),
    "a place that ends before it begins": Hostile(
        "offsets_invalid", "begin and end", _header({"a": entry([8], [16, 0])})
    ),
    "tensors over each other": Hostile(
        "offsets_overlap", "lies over", _header({"a": entry([8], [0, 16]), "b": entry([4], [8, 16])})
    ),
    "bytes that are no tensor's": Hostile(
        "offsets_leave_gap", "something was put there", _header({"a": entry([4], [0, 8])})
    ),
    "another network": Hostile(
        "tensors_of_another_network", "another network", _header({"fc.weight": entry([8], [0, 16])})
    ),
    "one tensor more": Hostile("tensors_of_another_network", "backdoor.weight", _rewritten(_one_more)),
    "a tensor of another shape": Hostile("shape_mismatch", "has the shape", _rewritten(_another_shape)),
    "a tensor of another number type": Hostile("dtype_mismatch", "has I16 numbers", _rewritten(_another_type)),
    "a NaN": Hostile("weights_not_finite", "not finite", _rewritten(_not_a_number)),
    "an infinity": Hostile("weights_not_finite", "not finite", _rewritten(_infinite)),
    "cut off": Hostile(
        "offsets_out_of_file",
        "cut off",
        lambda content, manifest: (content[:-1000], manifest_of(content[:-1000], manifest)),
    ),
    "another file than the manifest's": Hostile("weights_hash_mismatch", "send both again", _lying(sha256="0" * 64)),
    "a name that it does not give itself": Hostile("metadata_mismatch", "do not belong", _rewritten(_another_name)),
    "classes in another order": Hostile("manifest_mismatch", "classes", _lying(classes=["WBC", "RBC", "PLT"])),
    "a class that is not there": Hostile("manifest_mismatch", "classes", _lying(classes=["RBC", "WBC"])),
    "another architecture": Hostile("manifest_mismatch", "architecture", _lying(architecture="yolo-11")),
    "another scale": Hostile(
        "manifest_mismatch", "preprocessing", _lying(preprocessing={"red_cell_diameter_px": 80.0})
    ),
    "a threshold above one": Hostile("manifest_invalid", "between 0 and 1", _with_decoding(thresholds=[0.5, 1.5, 0.5])),
    "a threshold that is no number": Hostile(
        "manifest_not_finite", "NaN", _with_decoding(thresholds=[0.5, float("nan"), 0.5])
    ),
    "a threshold too few": Hostile("manifest_mismatch", "number of thresholds", _with_decoding(thresholds=[0.5, 0.5])),
    "a name that is a path": Hostile("manifest_name", "its name is", _lying(name="../../etc/passwd")),
    "no licence": Hostile("manifest_licence", "licence", _lying(licence="")),
    "a field that no manifest has": Hostile("manifest_invalid", "__class__", _lying(__class__="os.system")),
    "a manifest that is no JSON": Hostile("manifest_invalid", "no JSON", _raw_manifest(b"name: bloodcount")),
    "a manifest with a field twice": Hostile(
        "manifest_duplicate_key", "twice", _raw_manifest(b'{"name": "a", "name": "b"}')
    ),
    "a manifest without an end": Hostile(
        "manifest_invalid", "nested too deeply", _raw_manifest(b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    ),
}
"""By what is wrong with them."""

_TOLD_AT_ONCE = ("a checkpoint", "a pickle", "an archive", "a file without", "an HDF5", "a tar archive")

CHECKED = {name: hostile for name, hostile in HOSTILE.items() if not name.startswith(_TOLD_AT_ONCE)}
"""Those that are not told by name or first bytes: they reach the check."""


def sound_parts(release: Path) -> tuple[bytes, dict[str, Any]]:
    """The weights file and the manifest of a sound release."""
    manifest: dict[str, Any] = json.loads(release.with_suffix(".json").read_text())
    return release.read_bytes(), manifest
