"""Weights releases: a safetensors file beside a manifest, verified before use, never unpickled."""

from model.weights.errors import WeightsRefused
from model.weights.manifest import WeightsManifest, read_manifest, write_manifest
from model.weights.release import WeightsRelease, load_network, open_release, shipped_weights_path

__all__ = [
    "WeightsManifest",
    "WeightsRefused",
    "WeightsRelease",
    "load_network",
    "open_release",
    "read_manifest",
    "shipped_weights_path",
    "write_manifest",
]
