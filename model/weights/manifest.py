"""The manifest of a weights release: what the file is, how to use it, and how well it counts."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.classes import CELL_CLASSES
from model.config import ARCHITECTURE, CHANNEL_MEAN_RGB, CHANNEL_STD_RGB, DETECTOR_ARCHITECTURE, RED_CELL_DIAMETER_PX
from model.decoding import DecodingSettings, NamingSettings
from model.quality import GateSettings
from model.types import WeightsIdentity
from model.weights.errors import WeightsRefused

_SCHEMA = 1


def _expected_preprocessing() -> dict[str, Any]:
    return {
        "red_cell_diameter_px": RED_CELL_DIAMETER_PX,
        "channel_mean_rgb": list(CHANNEL_MEAN_RGB),
        "channel_std_rgb": list(CHANNEL_STD_RGB),
    }


@dataclass(frozen=True, slots=True)
class WeightsManifest:
    """Everything about a weights file but the weights.

    ``classes`` are in the order of the heat-map channels. ``preprocessing`` must equal the program's
    own; ``training`` and ``metrics`` are for people and the model card. Without ``naming``, which calibration
    writes, the weights name no cell; without ``gate``, which ``bloodcount gate learn`` writes, no field is refused or
    warned of for what it shows.
    """

    name: str
    version: str
    sha256: str
    decoding: DecodingSettings
    naming: NamingSettings | None = None
    gate: GateSettings | None = None
    architecture: str = ARCHITECTURE
    classes: tuple[str, ...] = tuple(cell_class.value for cell_class in CELL_CLASSES)
    preprocessing: dict[str, Any] = field(default_factory=_expected_preprocessing)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    licence: str = "Apache-2.0"
    schema: int = _SCHEMA

    @property
    def identity(self) -> WeightsIdentity:
        """Name, version and hash, as results carry them."""
        return WeightsIdentity(self.name, self.version, self.sha256)


def write_manifest(path: Path, manifest: WeightsManifest) -> None:
    """Write a manifest as indented JSON."""
    path.write_text(json.dumps(asdict(manifest), indent=2) + "\n")


def read_manifest(path: Path) -> WeightsManifest:
    """Read and check a manifest.

    Raises:
        WeightsRefused: It is missing, no JSON, lacks a field, or describes weights for another program.
    """
    if not path.is_file():
        raise WeightsRefused("manifest_missing", f"{path} does not exist; a weights file needs its manifest beside it")
    try:
        values = json.loads(path.read_text())
        decoding = _decoding_settings(values.pop("decoding"))
        values["classes"] = tuple(values["classes"])
        naming, gate = values.pop("naming", None), values.pop("gate", None)
        manifest = WeightsManifest(
            decoding=decoding,
            naming=None if naming is None else NamingSettings.of(naming),
            gate=None if gate is None else GateSettings.of(gate),
            **values,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsRefused("manifest_invalid", f"{path} is no valid weights manifest: {error}") from error
    _check_fits(path, manifest)
    return manifest


def _decoding_settings(values: dict[str, Any]) -> DecodingSettings:
    thresholds = tuple(float(value) for value in values.pop("thresholds"))
    power = float(values.pop("quality_power", 0.0))
    overlaps = {name: float(value) for name, value in values.items()}
    if not 0 <= power < 1:
        raise ValueError(f"its quality_power is {power}, it lies from 0 to below 1")
    for value in (*thresholds, *overlaps.values()):
        if not 0 < value <= 1:  # with NaN or 2 no cell would ever be counted, and nobody would be told
            raise ValueError(f"its decoding holds {value}, scores and overlaps lie between 0 and 1")
    return DecodingSettings(thresholds, quality_power=power, **overlaps)


def _check_fits(path: Path, manifest: WeightsManifest) -> None:
    expected: dict[str, tuple[object, object]] = {
        "schema": (manifest.schema, _SCHEMA),
        "classes": (manifest.classes, tuple(cell_class.value for cell_class in CELL_CLASSES)),
        "preprocessing": (manifest.preprocessing, _expected_preprocessing()),
        "number of thresholds": (len(manifest.decoding.thresholds), len(CELL_CLASSES)),
    }
    if manifest.architecture != DETECTOR_ARCHITECTURE:
        expected["architecture"] = (manifest.architecture, ARCHITECTURE)
    elif manifest.naming is not None or manifest.gate is not None:
        raise WeightsRefused(
            "manifest_invalid",
            f"{path}: weights of {DETECTOR_ARCHITECTURE} name no cell and judge no field, and this "
            "manifest holds settings for that; use the manifest that came with them",
        )
    for what, (given, wanted) in expected.items():
        if given != wanted:
            raise WeightsRefused(
                "manifest_mismatch", f"{path}: {what} is {given!r}, this program needs {wanted!r}; use other weights"
            )
