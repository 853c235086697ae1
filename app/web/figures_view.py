"""What the sample page says of concentrations, ratios and evenness, in rows and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.schemas.analytes import ANALYTE_WORDS, PER_L_12, PERCENT, Analyte
from app.schemas.figures import ComparedShare, Concentration, ConcentrationMethod, Evenness, SampleFigures
from app.schemas.findings import Interval
from app.schemas.reference_ranges import RangeComparison, ReferenceRange
from app.schemas.samples import SampleDetail

FEWEST_CELLS, FEWEST_FIELDS = 10, 10
"""Below so many cells a figure is called weak (reference/clinical.md 3.3), below so many fields an estimate (1.3)."""

METHOD_WORDS = {
    ConcentrationMethod.CHAMBER: "Counting chamber",
    ConcentrationMethod.RATIO: "Ratio to analyser RBC",
    ConcentrationMethod.FACTOR: "Calibrated factor",
    ConcentrationMethod.SHARE: "Share of WBC",
}
UNIT_WORDS = {"10^9/L": "10⁹/L", "10^12/L": "10¹²/L", PERCENT: "%"}
_LARGE, _SMALL = 100, 10


@dataclass(frozen=True, slots=True)
class RangeWords:
    """The reference range of a quantity in words, and where the quantity lies; or why there is no range."""

    range: str | None
    position: str | None
    is_outside: bool
    note: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One quantity: a value with its unit, or ``None`` and the reason."""

    name: str
    unit: str
    method: str
    value: str | None
    interval: str | None
    basis: str
    reason: str
    against: RangeWords | None


@dataclass(frozen=True, slots=True)
class FiguresView:
    """The card of concentrations: rows, percentages against their ranges, and what has to be known to read them."""

    rows: tuple[FigureRow, ...]
    shares: tuple[FigureRow, ...]
    platelets: str
    platelets_interval: str
    cautions: tuple[str, ...]
    ranges_version: int


def build_figures_view(sample: SampleDetail) -> FiguresView:
    """What the page shows of a sample's figures."""
    fields = sum(image.counts is not None for image in sample.images)
    return build_figures(sample.figures, fields=fields, platelets=sample.counts.PLT if sample.counts else 0)


def build_figures(figures: SampleFigures, *, fields: int, platelets: int) -> FiguresView:
    """What is shown of figures that rest on so many counted fields with so many platelets."""
    ratio = figures.platelets_per_1000_rbc
    return FiguresView(
        rows=tuple(_concentration_row(one) for one in figures.concentrations),
        shares=tuple(_share_row(one) for one in figures.shares),
        platelets="not available" if ratio.value is None else f"{ratio.value:.1f}",
        platelets_interval=_ends(ratio.interval, PERCENT) if ratio.interval else "",
        cautions=tuple(_cautions(figures, fields, platelets)),
        ranges_version=figures.ranges_version,
    )


def evenness_words(evenness: Evenness | None) -> str:
    """How even the fields are, in a few words."""
    if evenness is None:
        return ""
    if evenness.p_value is None or evenness.dispersion is None:
        return f"evenness not available: {evenness.reason.message}" if evenness.reason else ""
    p = "p < 0.001" if evenness.p_value < 0.001 else f"p = {evenness.p_value:.3f}"  # noqa: PLR2004 - as it is printed
    words = "uneven" if evenness.is_uneven else "even"
    return f"{words} over {evenness.fields} fields: dispersion {evenness.dispersion:.2f}, {p}"


def shared_evenness_note(evenness: Mapping[str, Evenness]) -> str:
    """The one reason for which no class was tested for evenness, in a sentence; "" where there is no such reason."""
    messages = {one.reason.message if one.reason else "" for one in evenness.values()}
    if len(evenness) < 2 or len(messages) != 1 or messages == {""}:  # noqa: PLR2004 - one class says it itself
        return ""
    return f"Dispersion (how evenly cells lie over the fields) is not available: {messages.pop()}"


def number_words(value: float, unit: str) -> str:
    """A value with as many decimals as its size bears: red cells two, platelets none."""
    if unit == PER_L_12:
        return f"{value:.2f}"
    if unit == PERCENT:
        return f"{value:.1f}"
    return f"{value:.0f}" if value >= _LARGE else f"{value:.1f}" if value >= _SMALL else f"{value:.2f}"


def range_words(one: ReferenceRange) -> str:
    """A range's ends: ``4–5.9``, or ``below 0.8`` where one is open."""
    if one.low is None:
        return f"up to {one.high:g}"
    return f"{one.low:g} and above" if one.high is None else f"{one.low:g}–{one.high:g}"


def _concentration_row(found: Concentration) -> FigureRow:
    return FigureRow(
        name=ANALYTE_WORDS[found.analyte].name,
        unit=UNIT_WORDS[found.unit],
        method=METHOD_WORDS[found.method] if found.method else "",
        value=None if found.value is None else number_words(found.value, found.unit),
        interval=_ends(found.interval, found.unit) if found.interval else None,
        basis=found.basis,
        reason=found.reason.message if found.reason else "",
        against=_against(found.comparison) if found.comparison else None,
    )


def _share_row(found: ComparedShare) -> FigureRow:
    return FigureRow(
        name=ANALYTE_WORDS[found.analyte].name,
        unit="%",
        method="",
        value=number_words(found.percent, PERCENT),
        interval=_ends(found.interval, PERCENT),
        basis=f"{found.n:,} cell{'' if found.n == 1 else 's'}",
        reason="",
        against=_against(found.comparison),
    )


def _against(comparison: RangeComparison) -> RangeWords:
    if comparison.range is None or comparison.position is None:
        return RangeWords(None, None, is_outside=False, note=comparison.reason.message if comparison.reason else "")
    is_outside = comparison.position != "within"
    notes = {False: "within counting error of the range", None: "without an interval: look at the number of cells"}
    note = notes.get(comparison.is_beyond_chance, "") if is_outside else ""
    return RangeWords(range_words(comparison.range), comparison.position, is_outside, note)


def _ends(interval: Interval, unit: str) -> str:
    return "–".join(number_words(end, unit) for end in (interval.low, interval.high))


def _disagreeing(figures: SampleFigures) -> list[str]:
    """Quantities whose methods differ by more than counting explains: their intervals do not meet."""
    given = [(one, one.interval) for one in figures.concentrations if one.value is not None and one.interval]
    return [
        f"{ANALYTE_WORDS[one.analyte].name}: the methods “{METHOD_WORDS[one.method]}” and "
        f"“{METHOD_WORDS[other.method]}” differ by more than counting explains. Use neither before it is known "
        "why; fields that were chosen for their white cells, for example, give no ratio."
        for at, (one, here) in enumerate(given)
        for other, there in given[at + 1 :]
        if one.analyte is other.analyte and one.method and other.method
        if here.high < there.low or there.high < here.low
    ]


def _cautions(figures: SampleFigures, fields: int, platelets: int) -> list[str]:
    methods = {one.method for one in figures.concentrations if one.value is not None}
    found = []
    from_images = methods & {ConcentrationMethod.RATIO, ConcentrationMethod.FACTOR}
    if from_images and fields < FEWEST_FIELDS:
        found.append(f"Estimates from {fields} field{'' if fields == 1 else 's'}; {FEWEST_FIELDS} or more are usual.")
    by_platelets = any(one.analyte is Analyte.PLT and one.method in from_images for one in figures.concentrations)
    if by_platelets:
        found.append("No estimate of platelets holds where they are clumped: look at the fields before you use it.")
        if platelets < FEWEST_CELLS:
            found.append(f"Only {platelets} platelets were counted: the estimate says little.")
    found += _disagreeing(figures)
    uneven = [code for code, one in figures.evenness.items() if one.is_uneven]
    if uneven:
        found.append(
            f"{' and '.join(uneven)} lie unevenly on the fields: clumps, an edge or a thick part of the smear. The "
            "interval of a count holds for evenly spread cells only and is too narrow here."
        )
    return found
