"""From a training run's checkpoint to a weights release with tuned thresholds."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import Tensor

from model.classes import CELL_CLASSES
from model.data.packed import read_index
from model.data.splits import Split
from model.decoding import DecodingSettings
from model.evaluation.predictions import Progress, predict_fields
from model.evaluation.source_groups import fully_labelled, without_groups
from model.evaluation.thresholds import choose_thresholds
from model.inference import load_cell_counter
from model.weights import WeightsManifest
from model.weights.publishing import write_release

_UNTUNED = DecodingSettings(thresholds=(0.3,) * len(CELL_CLASSES))


def publish_checkpoint(
    checkpoint: Path,
    dataset: Path,
    folder: Path,
    *,
    name: str,
    version: str,
    left_out: Sequence[str] = (),
    progress: Progress = lambda _done, _total: None,
) -> Path:
    """Write the averaged weights of a checkpoint as a release; returns the weights file.

    Thresholds are chosen on the tuning split, with the 16-bit weights that will be used. ``left_out`` are
    the groups of sources that training did not see: thresholds are chosen without them too, and the
    manifest names them under ``training["left_out"]``.

    Raises:
        PackedSetError: The data set has no tuning split.
        UnknownSourceGroup: A group is unknown.
        ValueError: Nothing is left to tune on.
        OSError: The checkpoint cannot be read.
    """
    state, metadata = _averaged_state(checkpoint)
    tuned_on = fully_labelled(without_groups(read_index(dataset, Split.TUNE), left_out))
    training: dict[str, Any] = {"progress": json.loads(metadata["progress"]), "dataset": _dataset_summary(dataset)}
    if left_out:
        training["left_out"] = list(left_out)
    manifest = WeightsManifest(name=name, version=version, sha256="", decoding=_UNTUNED, training=training)
    with tempfile.TemporaryDirectory() as scratch:
        untuned = write_release(Path(scratch), manifest, state)
        counter = load_cell_counter(untuned)
        tuning = predict_fields(counter, tuned_on, progress)
    decoding = DecodingSettings(**{**asdict(_UNTUNED), "thresholds": choose_thresholds(tuning)})
    tuned = WeightsManifest(name=name, version=version, sha256="", decoding=decoding, training=training)
    return write_release(folder, tuned, state)


def _averaged_state(checkpoint: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    prefix = "average."
    with safe_open(checkpoint, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118 (not a mapping)
        return {name.removeprefix(prefix): file.get_tensor(name) for name in names}, file.metadata()


def _dataset_summary(dataset: Path) -> dict[str, Any]:
    report = json.loads((dataset / "report.json").read_text())
    return {key: report[key] for key in ("fields_kept", "boxes_kept", "red_cell_diameter_px")}
