"""The values that pass between the stages, from pixels to counted cells. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from model.classes import CellClass

BoxXyxy = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels, origin at the top left corner, x to the right, y down."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height of an image, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A reason or a warning: a stable code for programs and one sentence for a technician."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DetectedCell:
    """One cell found by the network, in the frame of the oriented image.

    ``score`` is the network's output in 0..1, not a probability; ``is_counted`` tells whether it
    reached the working threshold of its class. ``likeliest_subtype`` is what the network would call it if it had
    to, and ``subtype_probability`` (0..1, calibrated) how likely that is right; ``subtype`` is the same where
    that is likely enough, and else ``unidentified`` or ``uncategorised``. All are None where the weights name nothing,
    and for platelets.
    """

    cell_class: CellClass
    box_xyxy_image_px: BoxXyxy
    score: float
    is_counted: bool
    subtype: str | None = None
    subtype_probability: float | None = None
    likeliest_subtype: str | None = None


@dataclass(frozen=True, slots=True)
class WeightsIdentity:
    """Which weights made a result."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FieldResult:
    """What counting one field (one image) gave: its cells, or the reason for a refusal.

    ``image_size`` is None exactly when no image could be read. ``quality`` holds numbers about the
    image, None where undefined. ``timings_ms`` has one entry a stage. ``unavailable`` names the results
    that these weights cannot give (``NRBC``, ``differential``, ``morphology``): zero there means nothing.
    ``engine`` names what ran the network, None where it did not run. ``head_counts`` are the count head's
    numbers by class code, a second opinion and never the count; None where nothing was counted.
    """

    status: Literal["counted", "refused"]
    weights: WeightsIdentity
    image_size: Size | None = None
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()
    cells: tuple[DetectedCell, ...] = ()
    quality: Mapping[str, float | None] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    unavailable: tuple[str, ...] = ()
    engine: str | None = None
    head_counts: Mapping[str, float] | None = None
