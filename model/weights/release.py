"""Opening a weights release: hash first, then exact names, shapes and types, then finiteness."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from model.config import DETECTOR_ARCHITECTURE
from model.network import CellDetector
from model.network.embedding import NoEmbedding
from model.weights.errors import WeightsRefused
from model.weights.manifest import WeightsManifest, read_manifest

_FOLDER = Path(__file__).resolve().parent
_DEFAULT_RELEASE = _FOLDER / "default.txt"
MAX_FILE_BYTES = 200_000_000
_NAMER = "namer."
_FLOAT_TYPES = frozenset({torch.float16, torch.bfloat16, torch.float32})


@dataclass(frozen=True, slots=True)
class WeightsRelease:
    """A weights file whose content matches its manifest's hash."""

    path: Path
    manifest: WeightsManifest
    content: bytes


def shipped_weights_path() -> Path:
    """The weights file that comes with the program.

    Raises:
        WeightsRefused: This installation ships none.
    """
    if not _DEFAULT_RELEASE.is_file():
        raise WeightsRefused(
            "weights_missing", f"{_FOLDER} ships no weights; train some or set BLOODCOUNT_WEIGHTS_PATH"
        )
    return _FOLDER / f"{_DEFAULT_RELEASE.read_text().strip()}.safetensors"


def open_release(path: Path | None = None) -> WeightsRelease:
    """Read a weights file and its manifest (same name, ending ``.json``), or the shipped ones for None.

    Raises:
        WeightsRefused: File or manifest is missing, too large, of another kind, or the hash differs.
    """
    path = path or shipped_weights_path()
    if path.suffix != ".safetensors":
        raise WeightsRefused(
            "weights_format", f"{path} is no .safetensors file; other formats can run code when loaded"
        )
    if not path.is_file():
        raise WeightsRefused("weights_missing", f"{path} does not exist; check the path or reinstall")
    size_bytes = path.stat().st_size
    if size_bytes > MAX_FILE_BYTES:
        raise WeightsRefused("weights_too_large", f"{path} has {size_bytes} bytes; the limit is {MAX_FILE_BYTES}")
    manifest = read_manifest(path.with_suffix(".json"))
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest.sha256:
        raise WeightsRefused(
            "weights_hash_mismatch",
            f"{path} has SHA-256 {digest}, its manifest says {manifest.sha256}; the file is damaged or not the "
            "released one: copy both files again",
        )
    return WeightsRelease(path, manifest, content)


def load_network(release: WeightsRelease) -> CellDetector:
    """The network with the release's weights, in 32-bit floats and evaluation mode.

    Raises:
        WeightsRefused: A tensor is missing, extra, of another shape or type, or not finite.
    """
    try:
        tensors = load_safetensors(release.content)
    except (SafetensorError, KeyError) as error:  # KeyError: a number format that this torch does not know
        raise WeightsRefused(
            "weights_unreadable", f"{release.path} is no readable safetensors file: {error}"
        ) from error
    with torch.device("meta"):  # without numbers: random ones would be drawn for half a second and thrown away
        network = CellDetector()
    if release.manifest.architecture == DETECTOR_ARCHITECTURE:
        network.embedding_head = NoEmbedding()
        # Such a manifest names no cell, so what the namer says is never read; zeros are the same at every start.
        tensors |= {
            name: torch.zeros(part.shape) for name, part in network.state_dict().items() if name.startswith(_NAMER)
        }
    _check_tensors(release.path, tensors, network.state_dict())
    floats = {name: part.float() if part.is_floating_point() else part for name, part in tensors.items()}
    _check_finite(release.path, floats)
    network.load_state_dict(floats, assign=True)
    return network.eval()


def _check_tensors(path: Path, given: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    if missing or extra:
        raise WeightsRefused(
            "weights_mismatch",
            f"{path} lacks {len(missing)} tensors (first: {missing[:1]}) and has {len(extra)} unknown ones "
            f"(first: {extra[:1]}); it belongs to another network",
        )
    for name, tensor in given.items():
        kinds = _FLOAT_TYPES if wanted[name].is_floating_point() else {wanted[name].dtype}
        if tensor.shape != wanted[name].shape or tensor.dtype not in kinds:
            raise WeightsRefused(
                "weights_mismatch",
                f"{path}: {name} is {tensor.dtype} {tuple(tensor.shape)}, the network needs "
                f"{wanted[name].dtype} {tuple(wanted[name].shape)}",
            )


def _check_finite(path: Path, floats: dict[str, Tensor]) -> None:
    """In 32 bits, which the processor looks through several times faster than the file's 16."""
    for name, tensor in floats.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise WeightsRefused("weights_not_finite", f"{path}: {name} holds values that are not finite")
