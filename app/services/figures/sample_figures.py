"""All that is worked out from a sample's counts: evenness, ratios, concentrations, and their reference ranges."""

from collections.abc import Sequence

from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.analytes import WHITE_CELL_ANALYTES
from app.schemas.counts import ClassCounts
from app.schemas.figures import ComparedShare, Concentration, Evenness, Ratio, SampleFigures
from app.schemas.findings import Differential, Interval
from app.schemas.measurements import Measurements
from app.schemas.patients import Age, Sex
from app.schemas.reference_ranges import RangeSet
from app.schemas.samples import ImageSummary
from app.services.figures.cell_ratios import cells_per_1000_rbc
from app.services.figures.concentrations import CountedFields, concentrations
from app.services.figures.evenness import field_evenness, untested_evenness
from app.services.figures.range_comparison import compare
from model.types import Notice

EVENNESS_CODES = ("RBC", "WBC", "PLT")


def sample_figures(
    images: Sequence[ImageSummary],
    counts: ClassCounts | None,
    differential: Differential | None,
    *,
    measured: Measurements,
    profile: AcquisitionProfile | None,
    ranges: RangeSet,
    sex: Sex | None,
    age: Age | None,
) -> SampleFigures:
    """The figures of a sample from its counted images and from what a person entered."""
    counted = [image for image in images if image.counts is not None]
    fields = CountedFields(counts, [(image.width, image.height) for image in counted])
    found = concentrations(fields, differential, measured, profile)
    return SampleFigures(
        evenness={code: _evenness(code, counted, fields) for code in EVENNESS_CODES} if counted else {},
        platelets_per_1000_rbc=_platelets(counts),
        concentrations=tuple(_compared(one, ranges, sex, age) for one in found),
        shares=_shares(differential, ranges, sex, age),
        ranges_version=ranges.version,
    )


def _evenness(code: str, counted: Sequence[ImageSummary], fields: CountedFields) -> Evenness:
    numbers = [image.counts.shown(code) or 0 for image in counted if image.counts]
    return field_evenness(numbers) if fields.are_equal else untested_evenness(len(numbers))


def _platelets(counts: ClassCounts | None) -> Ratio:
    if counts is None or counts.RBC == 0:
        reason = Notice("no_red_cells", "No red cell is counted, so there is nothing to set platelets against.")
        return Ratio(value=None, interval=None, reason=reason)
    found = cells_per_1000_rbc(counts.PLT, counts.RBC)
    return Ratio(value=found.value, interval=found.interval, reason=None)


def _compared(found: Concentration, ranges: RangeSet, sex: Sex | None, age: Age | None) -> Concentration:
    if found.value is None:
        return found
    comparison = compare(ranges, found.analyte, found.value, found.interval, sex=sex, age=age)
    return found.model_copy(update={"comparison": comparison})


def _shares(
    differential: Differential | None, ranges: RangeSet, sex: Sex | None, age: Age | None
) -> tuple[ComparedShare, ...]:
    rows = []
    for name, (_, analyte) in WHITE_CELL_ANALYTES.items():
        share = differential.types[name] if differential else None
        if share is None or share.percent is None or share.low is None or share.high is None:
            continue
        interval = Interval(low=share.low, high=share.high)
        comparison = compare(ranges, analyte, share.percent, interval, sex=sex, age=age)
        rows.append(
            ComparedShare(analyte=analyte, n=share.n, percent=share.percent, interval=interval, comparison=comparison)
        )
    return tuple(rows)
