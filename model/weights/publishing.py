"""Writing a weights release from a training run."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from model.weights.manifest import WeightsManifest, write_manifest


def write_release(folder: Path, manifest: WeightsManifest, state: Mapping[str, Tensor]) -> Path:
    """Write ``NAME-VERSION.safetensors`` (16-bit floats) and its manifest; returns the weights file.

    The manifest's hash is computed here, whatever it held before.
    """
    tensors = {
        name: (tensor.to(torch.float16) if tensor.is_floating_point() else tensor).contiguous().cpu()
        for name, tensor in state.items()
    }
    content = save(tensors, metadata={"name": manifest.name, "version": manifest.version})
    path = folder / f"{manifest.name}-{manifest.version}.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    write_manifest(path.with_suffix(".json"), replace(manifest, sha256=hashlib.sha256(content).hexdigest()))
    return path
