"""Naming the cells that one look found."""

import copy
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.classes import (
    CELL_CLASSES,
    NAMED_RED_SUBTYPES,
    NAMED_WHITE_SUBTYPES,
    CellClass,
    RedCellSubtype,
    WhiteCellSubtype,
)
from model.config import RED_CELL_DIAMETER_PX
from model.decoding import NamingSettings, RawDetections
from model.network import CellDetector, describe_shapes

NAME_LOGITS = len(NAMED_WHITE_SUBTYPES) + len(NAMED_RED_SUBTYPES)
"""Logits of one cell."""

_MIN_RED_CELLS = 8
"""Fewer counted red cells do not tell a typical one's size; the network's scale does."""

_RED, _WHITE = (CELL_CLASSES.index(code) for code in (CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL))


class CellName(NamedTuple):
    """What one cell is called; all None for a platelet and where the weights name nothing.

    ``subtype`` is the working answer, ``likeliest`` what it would be if it had to be given, ``probability`` how
    likely that is right.
    """

    subtype: str | None = None
    likeliest: str | None = None
    probability: float | None = None


class CellNaming:
    """The part of a network that names cells, on the processor, with the settings to believe it by."""

    def __init__(self, network: CellDetector, settings: NamingSettings | None) -> None:
        """Take a copy of the network's namer, since an engine may change the network's numbers."""
        self._namer = copy.deepcopy(network.namer).float().cpu().eval()
        self.settings = settings

    def logits(self, found: RawDetections, thresholds: tuple[float, ...], scale: float) -> NDArray[np.float32]:
        """Logits N x 19 of the cells found: white-cell sub-types, then red-cell ones, in the order of their names.

        ``found`` has descriptors, and boxes in image pixels; ``scale`` is the factor from those to the network's input.
        Of a cell only those of its own class mean anything.

        Raises:
            ValueError: The detections have no descriptors.
        """
        if found.descriptors is None:
            raise ValueError("the detections have no descriptors; only a look of the network gives them")
        shapes = describe_shapes(found.boxes_xyxy_px, _typical_red_cell_px(found, thresholds, scale))
        with torch.inference_mode():
            named = self._namer(found.descriptors.float(), shapes)
        return np.asarray(torch.cat([named.white, named.red], dim=1).numpy(), dtype=np.float32)

    def names(self, class_indices: Tensor, logits: NDArray[np.float32], is_cut: Tensor) -> list[CellName]:
        """One name a cell, from its class index (N), its logits N x 19 and whether the image's border cuts it (N).

        What is left of a cut red cell has a shape of the border's making (mostly that of a schistocyte), so it is
        never categorised; a cut white cell still shows its nucleus.
        """
        if self.settings is None:
            return [CellName()] * len(logits)
        white, red = np.split(logits.astype(np.float64), [len(NAMED_WHITE_SUBTYPES)], axis=1)
        if self.settings.red_log_weights:
            red = red - np.array(self.settings.red_log_weights)
        white, red = _softmax(white / self.settings.white_temperature), _softmax(red / self.settings.red_temperature)
        names = []
        for index, whites, reds, cut in zip(class_indices.tolist(), white, red, is_cut.tolist(), strict=True):
            if index == _WHITE:
                unsure, confidence = WhiteCellSubtype.UNIDENTIFIED.value, self.settings.white_confidence
                names.append(_name(NAMED_WHITE_SUBTYPES, whites, unsure, confidence))
            elif index == _RED:
                unsure, confidence = RedCellSubtype.UNCATEGORISED.value, 1.0 if cut else self.settings.red_confidence
                names.append(_name(NAMED_RED_SUBTYPES, reds, unsure, confidence))
            else:
                names.append(CellName())
        return names


def _name(
    subtypes: tuple[WhiteCellSubtype, ...] | tuple[RedCellSubtype, ...],
    probabilities: NDArray[np.float64],
    unsure: str,
    confidence: float,
) -> CellName:
    best = int(probabilities.argmax())
    likeliest, probability = subtypes[best].value, float(probabilities[best])
    # A confidence of 1 means that no name is believed, and a softmax can be 1 too.
    is_sure = confidence <= probability and confidence < 1
    return CellName(likeliest if is_sure else unsure, likeliest, round(probability, 4))


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _typical_red_cell_px(found: RawDetections, thresholds: tuple[float, ...], scale: float) -> float:
    """Median over the counted red cells of the root of the box's area, in image pixels."""
    counted = (found.class_indices == _RED) & (found.scores >= thresholds[_RED])
    if int(counted.sum()) < _MIN_RED_CELLS:
        return RED_CELL_DIAMETER_PX / scale
    boxes = found.boxes_xyxy_px[counted]
    return float(np.median((boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt().numpy()))
