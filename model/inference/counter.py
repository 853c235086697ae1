"""Counting the cells of one field with loaded weights."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, CellClass
from model.counting import NUCLEATED_RED_CELL, compute_counts, disagreeing_classes
from model.decoding import DecodingSettings, RawDetections
from model.inference.batching import Batching, BatchingEngine
from model.inference.border import BORDER_PX, cut_sides
from model.inference.device import choose_device
from model.inference.engines import Engine, build_engine
from model.inference.gate import FieldGate, GatedField
from model.inference.naming import NAME_LOGITS, CellName, CellNaming
from model.inference.network_pass import InputListener, NetworkPass
from model.inference.progress import ProgressCallback, StageTimer, TileProgress
from model.inference.scale import ScaledLook, ScaleFinder
from model.inference.scale_limits import known_scale
from model.preprocessing import DecodedImage, ImageLimits, ImageRefused, decode_image
from model.quality import FieldMeasures
from model.types import DetectedCell, FieldResult, Notice, Size, WeightsIdentity
from model.weights import WeightsRelease, load_network, open_release

_NEEDING_NAMES = (NUCLEATED_RED_CELL, "differential", "morphology")
"""What weights that were never calibrated to name cells cannot give."""

_NO_CELLS = Notice("no_cells", "No cell was found in this image; check that it shows a stained blood smear in focus.")

_LOWEST_SCORE = 1e-3
"""Below this every position of the background would be listed as a cell."""


_MEASURING_SHARE = 0.75
"""Of the red cells' working threshold: from this score on they are measured. Cells at another scale score lower, and
how high scores run depends on the weights and on the overlap's share in them."""

_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)


class CountedField(NamedTuple):
    """A result, and the name logits N x NAME_LOGITS (``CellNaming.logits``) of its N cells, in their order.

    ``features`` (``FieldLook``) and ``measures`` are what the gate judged by, None where no image could be read.
    """

    result: FieldResult
    name_logits: NDArray[np.float32]
    features: NDArray[np.float32] | None = None
    measures: FieldMeasures | None = None


ImageDecoder = Callable[[bytes, ImageLimits], DecodedImage]
"""Reads the pixels of an image file, as ``decode_image`` does; a server reads them in another process."""


class CellCounter:
    """A loaded network that counts fields, one at a time.

    Calls from several threads are served one after another: the network already uses every core. With ``batching``,
    which is for graphics cards, they are served together.
    """

    def __init__(
        self,
        release: WeightsRelease,
        *,
        device: str = "auto",
        engine: str = "auto",
        limits: ImageLimits | None = None,
        batching: Batching | None = None,
        decoder: ImageDecoder = decode_image,
        listener: InputListener = lambda _: None,
    ) -> None:
        """Load the release's weights onto a device, into an engine (``model.inference.engines.ENGINE_NAMES``).

        ``listener`` is given what the network is about to see.

        Raises:
            WeightsRefused: The weights do not fit the network.
            DeviceUnavailable: The device is not on this machine.
            EngineUnavailable: The engine is not installed or does not run on the device.
        """
        self.weights: WeightsIdentity = release.manifest.identity
        self.settings: DecodingSettings = release.manifest.decoding
        self.device = choose_device(device)
        self.limits = limits or ImageLimits()
        self._decode = decoder
        network = load_network(release)
        self.naming = CellNaming(network, release.manifest.naming)
        self.gate = FieldGate.of(release.manifest.gate)
        self.engine: Engine = build_engine(network, self.device, engine)
        batched = None if batching is None else BatchingEngine(self.engine, batching)
        self._pass = NetworkPass(batched or self.engine, self.device, self.settings, listener)
        lock = threading.Lock()
        self._turn: Callable[[], AbstractContextManager[object]] = batched.caller if batched else lambda: lock

    def count(
        self,
        image_bytes: bytes,
        *,
        min_score: float | None = None,
        um_per_px: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> FieldResult:
        """Count the cells of one image file.

        Cells under the working threshold of their class are listed only down to ``min_score`` and
        never counted. A file that cannot be read gives a result with status ``refused``; a bad image
        never raises. ``um_per_px`` (micrometres to a pixel of the image) takes the place of measuring
        the red cells; ``progress`` is called after every tile with the tiles done and to do.

        Raises:
            ScaleRefused: ``um_per_px`` is no length that a pixel of a blood smear can have.
        """
        return self.count_with_logits(image_bytes, min_score=min_score, um_per_px=um_per_px, progress=progress).result

    def count_with_logits(
        self,
        image_bytes: bytes,
        *,
        min_score: float | None = None,
        um_per_px: float | None = None,
        progress: ProgressCallback | None = None,
    ) -> CountedField:
        """As ``count``, and the name logits of each cell of the result, which calibration fits probabilities to.

        Raises:
            ScaleRefused: As ``count``.
        """
        if um_per_px is not None:
            known_scale(um_per_px)  # refuses an impossible one before anything is decoded
        started = time.perf_counter()
        timer = StageTimer()
        try:
            image = self._decode(image_bytes, self.limits)
        except ImageRefused as refusal:
            timer.add("decode", started)
            reason = Notice(refusal.code, refusal.message)
            refused = FieldResult("refused", self.weights, reason=reason, timings_ms=_rounded(timer.timings_ms))
            return CountedField(refused, np.zeros((0, NAME_LOGITS), np.float32))
        timer.add("decode", started)
        with self._turn(), torch.inference_mode():
            floor = min(self.settings.thresholds) if min_score is None else min(min_score, *self.settings.thresholds)
            finder = ScaleFinder(
                self._pass,
                image.image_hwc_u8,
                max(floor, _LOWEST_SCORE),
                timer,
                TileProgress(progress),
                measuring_score=_MEASURING_SHARE * self.settings.thresholds[_RED_CELL_INDEX],
            )
            look = finder.look(um_per_px)
        look = replace(look, found=self._listed(look.found, min_score))
        naming_started = time.perf_counter()
        logits = self.naming.logits(look.found, self.settings.thresholds, look.scale)
        names = self._names(look, logits, image.size)
        timer.add("naming", naming_started)
        gated = self.gate.judge(image.image_hwc_u8, look, self._cells(look.found, names), timer)
        result = self._result(image, look, gated, _quality(look, um_per_px), timer)
        timer.add("total", started)
        return CountedField(result, logits[: len(result.cells)], look.features, gated.measures)

    def _names(self, look: ScaledLook, logits: NDArray[np.float32], size: Size) -> list[CellName]:
        border_px = BORDER_PX / look.scale
        is_cut = cut_sides(look.found.boxes_xyxy_px, size.width, size.height, border_px).any(dim=1)
        return self.naming.names(look.found.class_indices, logits, is_cut)

    def _result(
        self,
        image: DecodedImage,
        look: ScaledLook,
        gated: GatedField,
        quality: dict[str, float | None],
        timer: StageTimer,
    ) -> FieldResult:
        refused, counts = gated.refusal is not None, compute_counts(gated.cells)
        warnings = [*image.warnings, *gated.warnings]
        if not refused:
            warnings += [*look.warnings, *_disagreement(counts, look.head_counts)]
            warnings += [] if any(counts.values()) else [_NO_CELLS]
        return FieldResult(
            status="refused" if refused else "counted",
            weights=self.weights,
            image_size=image.size,
            reason=gated.refusal,
            warnings=tuple(warnings),
            cells=gated.cells,
            head_counts=None if refused else {code: round(count, 1) for code, count in look.head_counts.items()},
            quality=quality | gated.quality,
            timings_ms=timer.timings_ms,
            unavailable=_NEEDING_NAMES if self.naming.settings is None else gated.unavailable,
            engine=self.engine.name,
        )

    def _listed(self, found: RawDetections, min_score: float | None) -> RawDetections:
        """The cells that count, and with ``min_score`` those down to it."""
        listed = found.scores >= torch.tensor(self.settings.thresholds)[found.class_indices]
        if min_score is not None:
            listed |= found.scores >= min_score
        return found.select(listed)

    def _cells(self, found: RawDetections, names: Sequence[CellName]) -> tuple[DetectedCell, ...]:
        cells = []
        for box, score, index, name in zip(*(part.tolist() for part in found[:3]), names, strict=True):
            x1, y1, x2, y2 = (round(value, 2) for value in box)
            cells.append(
                DetectedCell(
                    cell_class=CELL_CLASSES[index],
                    box_xyxy_image_px=(x1, y1, x2, y2),
                    score=round(score, 4),
                    is_counted=score >= self.settings.thresholds[index],
                    subtype=name.subtype,
                    subtype_probability=name.probability,
                    likeliest_subtype=name.likeliest,
                )
            )
        return tuple(cells)


def load_cell_counter(
    weights_path: Path | None = None,
    *,
    device: str = "auto",
    engine: str = "auto",
    limits: ImageLimits | None = None,
    batching: Batching | None = None,
    decoder: ImageDecoder = decode_image,
) -> CellCounter:
    """A counter with the weights of a file, or with those shipped for None.

    Raises:
        WeightsRefused: The weights are missing, damaged or of another network; others are never used instead.
        DeviceUnavailable: The device is not on this machine.
        EngineUnavailable: The engine is not installed or does not run on the device.
    """
    release = open_release(weights_path)
    return CellCounter(release, device=device, engine=engine, limits=limits, batching=batching, decoder=decoder)


def _rounded(timings_ms: dict[str, float]) -> dict[str, float]:
    return {stage: round(value, 1) for stage, value in timings_ms.items()}


def _disagreement(counts: Mapping[str, int], head_counts: Mapping[str, float]) -> Iterator[Notice]:
    apart = disagreeing_classes(counts, head_counts)
    if apart:
        told = ", ".join(f"{code}: {counts[code]} found, {head_counts[code]:.0f} expected" for code in apart)
        yield Notice(
            "counts_disagree",
            f"Two ways of counting this image disagree ({told}); look for cells that were missed or invented.",
        )


def _quality(look: ScaledLook, um_per_px: float | None) -> dict[str, float | None]:
    """What is known of the scale: None where it was not measured or not given."""
    quality: dict[str, float | None] = {
        "red_cell_diameter_px": None,
        "red_cell_diameter_low_px": None,
        "red_cell_diameter_high_px": None,
        "red_cell_diameter_spread": None,
        "red_cells_measured": None,
        "scale_agreement": None if look.agreement is None else round(look.agreement, 3),
        "scale_to_network": round(look.scale, 4),
        "um_per_px": um_per_px,
    }
    if look.size is not None:
        quality["red_cell_diameter_px"] = round(look.size.diameter_px, 2)
        quality["red_cell_diameter_low_px"] = round(look.size.low_px, 2)
        quality["red_cell_diameter_high_px"] = round(look.size.high_px, 2)
        quality["red_cell_diameter_spread"] = round(look.size.spread, 3)
        quality["red_cells_measured"] = float(look.size.cells)
    return quality
