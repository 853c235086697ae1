"""From measures and limits to what a person is told: a refusal, or warnings that say which."""

from collections.abc import Iterator
from typing import NamedTuple

from model.config import RED_CELL_DIAMETER_PX
from model.quality.measures import FieldMeasures
from model.quality.settings import GateSettings, Range
from model.types import Notice

UNFAMILIAR = "unfamiliar_smear"
NOT_A_SMEAR = "not_a_smear"
GATE_WARNINGS = ("out_of_focus", "underexposed", "overexposed", "colour_cast", "too_thick", "too_thin", UNFAMILIAR)
"""The codes that the gate can warn with."""


class FieldVerdict(NamedTuple):
    """What the gate says of a field: a reason where it is refused, and its warnings.

    A refused picture is warned of what a better photograph can mend (focus, light, colour): a smear too dark to be
    known as one is refused too.
    """

    refusal: Notice | None
    warnings: tuple[Notice, ...] = ()

    @property
    def is_unfamiliar(self) -> bool:
        """Whether the field is a smear unlike any that the network learnt from."""
        return any(warning.code == UNFAMILIAR for warning in self.warnings)


def judge_field(measures: FieldMeasures, distance: float, likeness: float, limits: GateSettings) -> FieldVerdict:
    """Whether the field is a smear, and what a person should know of it."""
    of_the_photograph = (*_focus(measures, limits), *_exposure(measures, limits), *_colour(measures, limits))
    if likeness < limits.likeness.least:
        return FieldVerdict(_refusal(measures, distance, likeness, limits), of_the_photograph)
    return FieldVerdict(None, (*of_the_photograph, *_thickness(measures, limits), *_familiarity(distance, limits)))


def _refusal(measures: FieldMeasures, distance: float, likeness: float, limits: GateSettings) -> Notice:
    seen = {
        "red_cells_per_100": measures.red_cells_per_100,
        "cluttered_share": measures.cluttered_share,
        "distance": distance,
    }
    told = [
        _FINDINGS[name].format(value, *limits.usual[name])
        for name, value in seen.items()
        if value is not None and name in limits.usual and not _within(value, limits.usual[name])
    ]
    because = f" ({'; '.join(told)})" if told else ""
    return Notice(
        NOT_A_SMEAR,
        f"This does not look like a stained blood smear{because}: its likeness to one is {likeness:.3f} and at least "
        f"{limits.likeness.least:.3f} is needed, so nothing was counted. If it is a smear, photograph it in focus, "
        "with red cells in view.",
    )


_FINDINGS = {
    "red_cells_per_100": "{:.1f} red cells were found on an area of 100 red cells' squares, where smears have "
    "{:.1f} to {:.0f}",
    "cluttered_share": "{:.0%} of the area between cells is no plain background, where smears have {:.0%} to {:.0%}",
    "distance": "it lies {:.1f} from the fields learnt from, where smears lie {:.1f} to {:.1f}",
}


def _focus(measures: FieldMeasures, limits: GateSettings) -> Iterator[Notice]:
    width, most = measures.edge_width_px, limits.most_edge_width_px
    if width is not None and width > most:
        yield Notice(
            "out_of_focus",
            f"This image is out of focus: the edges of its red cells are {_share(width)} of a cell wide, and at most "
            f"{_share(most)} is usual; focus and photograph the field again, or check every cell.",
        )
    elif width is None and measures.edge_share is not None:
        yield Notice(
            "out_of_focus",
            "This image is out of focus, or its red cells hardly differ from the background: an edge was made out in "
            f"only {measures.edge_share:.0%} of the places looked at around them; focus and photograph the field "
            "again, or check every cell.",
        )


def _exposure(measures: FieldMeasures, limits: GateSettings) -> Iterator[Notice]:
    brightness, least = measures.background_brightness, limits.least_background_brightness
    if brightness is not None and brightness < least:
        yield Notice(
            "underexposed",
            f"This image is too dark: its background has {brightness:.1%} of full brightness, and at least {least:.1%} "
            "is usual; give more light or a longer exposure and photograph the field again.",
        )
    clipped, most = measures.clipped_share, limits.most_clipped_share
    if clipped is not None and clipped > most:
        yield Notice(
            "overexposed",
            f"This image is too bright: {clipped:.1%} of its background is pure white, and at most {most:.1%} is "
            "usual, so pale cells may be lost; give less light or a shorter exposure and photograph the field again.",
        )


def _colour(measures: FieldMeasures, limits: GateSettings) -> Iterator[Notice]:
    seen = (
        ("red", measures.background_red_to_green, limits.background_red_to_green),
        ("blue", measures.background_blue_to_green, limits.background_blue_to_green),
    )
    told = [
        f"{value:.2f} times as much {colour} as green, where {usual[0]:.2f} to {usual[1]:.2f} is usual"
        for colour, value, usual in seen
        if value is not None and not _within(value, usual)
    ]
    if told:
        yield Notice(
            "colour_cast",
            f"This image has a colour cast: its background has {' and '.join(told)}; set the camera's white balance on "
            "an empty part of the slide and photograph the field again, or check the cells' sub-types.",
        )


def _thickness(measures: FieldMeasures, limits: GateSettings) -> Iterator[Notice]:
    told = [
        f"{value:.1%} {what}, and at most {most:.1%} is usual"
        for what, value, most in (
            ("of its area is covered by cells", measures.covered_share, limits.most_covered_share),
            ("of its red cells lie on another one", measures.overlapping_share, limits.most_overlapping_share),
        )
        if value is not None and value > most
    ]
    if told:
        yield Notice(
            "too_thick",
            f"The smear is too thick here: {'; '.join(told)}, so cells may be missed or taken together; photograph a "
            "thinner area, where red cells lie side by side.",
        )
    cells, least = measures.red_cells_per_100, limits.least_red_cells_per_100
    if cells is not None and cells < least:
        yield Notice(
            "too_thin",
            f"There are too few red cells here: {cells:.1f} on an area of 100 red cells' squares, and at least "
            f"{least:.1f} is usual; photograph an area where red cells nearly touch each other.",
        )


def _familiarity(distance: float, limits: GateSettings) -> Iterator[Notice]:
    if distance > limits.most_distance:
        yield Notice(
            UNFAMILIAR,
            f"This smear looks unlike all that the network learnt from (distance {distance:.2f}, at most "
            f"{limits.most_distance:.2f} is usual), so no cell was given a sub-type, and nucleated red cells are "
            "counted as white cells; count and name its cells by eye, or stain and "
            "photograph as you did for fields without this warning.",
        )


def _within(value: float, usual: Range) -> bool:
    return usual[0] <= value <= usual[1]


def _share(width_px: float) -> str:
    return f"{width_px / RED_CELL_DIAMETER_PX:.1%}"
