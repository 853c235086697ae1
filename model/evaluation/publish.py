"""From a training run's checkpoint to a weights release with tuned thresholds."""

import json
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import Tensor

from model.classes import CELL_CLASSES
from model.data.packed import PackedField, read_index
from model.data.source_groups import fully_labelled, without_groups
from model.data.splits import Split
from model.decoding import DecodingSettings
from model.evaluation.average_precision import average_precision
from model.evaluation.predictions import Progress, predict_fields
from model.evaluation.thresholds import choose_thresholds
from model.inference import load_cell_counter
from model.weights import WeightsManifest
from model.weights.publishing import write_release

SETTINGS_FILE, FIELDS_FILE = "config.toml", "fields.json"
"""Beside the checkpoint, as the training run writes them."""

_JUDGING_SPLITS = (Split.TUNE, Split.VALIDATION)

_QUALITY_POWERS = (0.0, 0.25, 0.5)
_UNTUNED = DecodingSettings(thresholds=(0.3,) * len(CELL_CLASSES))


def publish_checkpoint(
    checkpoint: Path,
    dataset: Path,
    folder: Path,
    *,
    name: str,
    version: str,
    progress: Progress = lambda _done, _total: None,
) -> Path:
    """Write the averaged weights of a checkpoint as a release; returns the weights file.

    Thresholds and the share of the expected overlap are chosen on the tuning split, with the 16-bit weights
    that will be used, and without the groups of sources that the run left out. The manifest tells what the run
    was trained on, with which settings, what the weights had learnt from before (``training["before"]``), and what it
    left out: sources (``training["left_out"]``), and sources whose cells were seen without their sub-types
    (``training["names_left_out"]``).

    Raises:
        PackedSetError: The data set has no tuning split.
        UnknownSourceGroup: The run left out a group that is unknown now.
        ValueError: Nothing is left to tune on.
        OSError: The checkpoint or its run's settings cannot be read.
    """
    state, metadata = _averaged_state(checkpoint)
    settings = tomllib.loads((checkpoint.parent / SETTINGS_FILE).read_text())
    training = {
        "progress": json.loads(metadata["progress"]),
        "settings": settings,
        "left_out": settings["left_out"],
        "names_left_out": settings.get("names_left_out", []),
        "fields": _fields_by_split(checkpoint.parent, dataset),
        **_before(settings["start_from"]),
    }
    manifest = WeightsManifest(name=name, version=version, sha256="", decoding=_UNTUNED, training=training)
    tuned_on = fully_labelled(without_groups(read_index(dataset, Split.TUNE), settings["left_out"]))
    decoding = _tuned(manifest, state, tuned_on, progress)
    return write_release(folder, replace(manifest, decoding=decoding), state)


def _tuned(
    manifest: WeightsManifest, state: dict[str, Tensor], fields: Sequence[PackedField], progress: Progress
) -> DecodingSettings:
    """The share of the expected overlap that ranks boxes best, and the thresholds for it."""
    best_precision, best = -1.0, manifest.decoding
    counted = 0

    def count_on(_done: int, _fields: int) -> None:
        nonlocal counted
        counted += 1
        progress(counted, len(fields) * len(_QUALITY_POWERS))

    for power in _QUALITY_POWERS:
        decoding = replace(_UNTUNED, quality_power=power)
        with tempfile.TemporaryDirectory() as scratch:
            release = write_release(Path(scratch), replace(manifest, decoding=decoding), state)
            counter = load_cell_counter(release)
        found = predict_fields(counter, fields, count_on)
        precision = average_precision(found)["mean"]["ap50_95"] or 0.0
        if precision > best_precision:
            best_precision, best = precision, replace(decoding, thresholds=choose_thresholds(found))
    return best


def _before(start_from: str) -> dict[str, Any]:
    """The training of the weights that the run started from, as ``before``, where their manifest tells it."""
    manifest = Path(start_from).with_suffix(".json") if start_from else None
    if manifest is None or not manifest.is_file():
        return {}
    return {"before": json.loads(manifest.read_text())["training"]}


def _averaged_state(checkpoint: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    prefix = "average."
    with safe_open(checkpoint, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118 (not a mapping)
        return {name.removeprefix(prefix): file.get_tensor(name) for name in names}, file.metadata()


def _fields_by_split(run: Path, dataset: Path) -> dict[str, dict[str, int]]:
    """By split and source how many fields the run drew from, and how many judge."""
    fields = read_index(dataset)
    judging = {split: Counter(one.source for one in fields if one.split is split) for split in _JUDGING_SPLITS}
    return {
        Split.TRAIN.value: json.loads((run / FIELDS_FILE).read_text()),
        **{split.value: dict(sorted(sources.items())) for split, sources in judging.items()},
    }
