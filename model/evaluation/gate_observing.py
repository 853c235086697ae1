"""What the gate sees of fields and of other pictures: through the whole pipeline, without limits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.data.packed import PackedField
from model.data.splits import Split
from model.evaluation.gate_faults import FAULTS, Fault
from model.inference import CellCounter
from model.preprocessing import decode_image
from model.quality import FieldMeasures
from model.rendering import encode_png, example_recipe, random_recipe, render_smear
from model.types import Size
from model.weights import WeightsRelease

_RESIZED = (0.35, 0.5, 0.7, 1.5, 2.0)
"""Factors of the rescaled copies: a smear is a smear at any magnification."""

_RENDERED = "rendered"
"""The source of drawn fields, which teach the network beside the real ones."""

_DRAWN_SIZE, _DRAWN_CELL_PX = Size(640, 480), 70.0

_NOTED = [fault for fault in FAULTS if fault.warning is not None]

Progress = Callable[[int, int], None]


class Change(StrEnum):
    """What was done to a field before it was looked at."""

    NONE = "none"
    RESIZED = "resized"
    FAULTED = "faulted"
    DRAWN = "drawn"


class UnreadablePicture(ValueError):
    """A picture that should teach or judge the gate cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """What was seen of one picture: of which source, what was done to it, and what the gate judges by.

    ``source`` is empty for a picture that is no smear; ``name`` is the same for the copies of one field.
    """

    name: str
    source: str
    change: Change
    features: NDArray[np.float32]
    measures: FieldMeasures


def without_gate(release: WeightsRelease) -> WeightsRelease:
    """The same weights, letting every picture pass."""
    return replace(release, manifest=replace(release.manifest, gate=None))


def learning_fields(fields: Sequence[PackedField], of_a_source: int) -> list[PackedField]:
    """Fields that no figure is judged on: of each source the tuning split, filled up from training, evenly thinned."""
    chosen = []
    for source in sorted({field.source for field in fields}):
        tune, train = (
            [field for field in fields if field.source == source and field.split is split]
            for split in (Split.TUNE, Split.TRAIN)
        )
        tune = thinned(tune, of_a_source)
        chosen += [*tune, *thinned(train, of_a_source - len(tune))]
    return chosen


def judging_fields(fields: Sequence[PackedField], of_a_source: int | None) -> list[PackedField]:
    """The validation and held-out fields, of each source at most so many, evenly thinned."""
    chosen = []
    for source in sorted({field.source for field in fields}):
        unseen = [field for field in fields if field.source == source and field.split not in {Split.TUNE, Split.TRAIN}]
        chosen += unseen if of_a_source is None else thinned(unseen, of_a_source)
    return chosen


def thinned(items: Sequence[PackedField], most: int) -> list[PackedField]:
    """At most so many of the fields, evenly from first to last."""
    if len(items) <= most:
        return list(items)
    return [items[int(place)] for place in np.linspace(0, len(items) - 1, most)] if most > 0 else []


def observe_fields(counter: CellCounter, fields: Sequence[PackedField], progress: Progress) -> list[Observation]:
    """Every field as it was photographed; of each three, one also at another scale, and one also with a fault."""
    seen = []
    for index, field in enumerate(fields):
        content = Path(field.original_path).read_bytes()
        for change, changed in ((Change.NONE, content), *_copies(content, field, index)):
            seen.append(_observe(counter, changed, field.key, field.source, change))
        progress(index + 1, len(fields))
    return seen


def observe_drawn_fields(counter: CellCounter, number: int, progress: Progress) -> list[Observation]:
    """So many drawn smears, each different, the example of the first page among them."""
    seen = []
    for seed in range(number):
        recipe = random_recipe(seed, _DRAWN_SIZE, _DRAWN_CELL_PX) if seed else example_recipe()
        content = encode_png(render_smear(recipe).image_hwc_u8)
        seen.append(_observe(counter, content, f"{_RENDERED} {seed}", _RENDERED, Change.DRAWN))
        progress(seed + 1, number)
    return seen


def observe_pictures(counter: CellCounter, paths: Sequence[Path], progress: Progress) -> list[Observation]:
    """Pictures that are no smears.

    Raises:
        UnreadablePicture: One of them cannot be read.
    """
    seen = []
    for index, path in enumerate(paths):
        seen.append(_observe(counter, path.read_bytes(), path.name, "", Change.NONE))
        progress(index + 1, len(paths))
    return seen


def faulted(content: bytes, scale: float, fault: Fault) -> bytes:
    """The image file with a fault, as PNG; ``scale`` is the factor from its pixels to the network's."""
    return _png(fault.apply(decode_image(content).image_hwc_u8, scale))


def _copies(content: bytes, field: PackedField, index: int) -> Iterator[tuple[Change, bytes]]:
    turn, kind = divmod(index, 3)
    if kind == 1:
        yield Change.RESIZED, _resized(content, _RESIZED[turn % len(_RESIZED)])
    elif kind == 2:  # noqa: PLR2004 - the last of three
        yield Change.FAULTED, faulted(content, field.scale, _NOTED[turn % len(_NOTED)])


def _resized(content: bytes, factor: float) -> bytes:
    image = Image.fromarray(decode_image(content).image_hwc_u8)
    size = round(image.width * factor), round(image.height * factor)
    return _png(np.asarray(image.resize(size, Image.Resampling.LANCZOS)))


def _png(image_hwc_u8: NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(image_hwc_u8).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _observe(counter: CellCounter, content: bytes, name: str, source: str, change: Change) -> Observation:
    counted = counter.count_with_logits(content)
    if counted.features is None or counted.measures is None:
        reason = counted.result.reason
        raise UnreadablePicture(f"{name} cannot be read: {reason.message if reason else 'no reason given'}")
    return Observation(name, source, change, counted.features, counted.measures)
