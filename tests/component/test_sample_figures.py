"""Concentrations exist only where a chamber, an analyser or a calibrated factor gives them; each says which."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.analytes import Analyte
from app.schemas.counts import ClassCounts
from app.schemas.figures import Concentration, ConcentrationMethod, SampleFigures
from app.schemas.measurements import ChamberCount, Measurements
from app.schemas.patients import Age, AgeUnit, Sex
from app.schemas.reference_ranges import RangeSet, ReferenceRange
from app.schemas.samples import ImageStatus, ImageSummary
from app.services.figures.concentrations import CountedFields, concentrations
from app.services.figures.findings import pooled_differential
from app.services.figures.sample_figures import sample_figures
from app.web.figures_view import build_figures

NOW = datetime(2026, 11, 27, tzinfo=UTC)
WBC_RANGE = ReferenceRange(
    analyte=Analyte.WBC, age_from=Age(value=18, unit=AgeUnit.YEARS), low=4.0, high=11.0, source="test"
)
GROWN_UP = Age(value=40, unit=AgeUnit.YEARS)
RANGES = RangeSet(version=2, ranges=(WBC_RANGE,), reason="test", created_at=NOW, created_by="test")
WHITE = {"neutrophil": 12, "lymphocyte": 6, "monocyte": 2, "eosinophil": 0, "basophil": 0}
TYPES = WHITE | {"immature_granulocyte": 0, "erythroblast": 0, "unidentified": 1}


def image(number: int, counts: tuple[int, int, int], size: tuple[int, int] = (1000, 800)) -> ImageSummary:
    return ImageSummary(
        id=number,
        file_name=f"{number}.png",
        status=ImageStatus.COUNTED,
        width=size[0],
        height=size[1],
        counts=ClassCounts(RBC=counts[0], WBC=counts[1], PLT=counts[2], NRBC=0),
        reason=None,
        warnings=(),
        uploaded_at=NOW,
        counted_at=NOW,
    )


def profile(**measured: float) -> AcquisitionProfile:
    named = AcquisitionProfile(id=1, name="camera A", created_at=NOW, archived_at=None)
    return AcquisitionProfile.model_validate(named.model_dump() | measured)


def chamber(side_a: int, side_b: int | None) -> ChamberCount:
    return ChamberCount(squares=4, square_area_mm2=1.0, depth_mm=0.1, dilution=20, side_a=side_a, side_b=side_b)


@dataclass(frozen=True, slots=True)
class Desk:
    """A sample of two fields, and what is known of it."""

    images: tuple[ImageSummary, ...] = (image(1, (200, 10, 12)), image(2, (220, 11, 9)))
    measured: Measurements = field(default_factory=Measurements)
    profile: AcquisitionProfile | None = None
    age: Age | None = GROWN_UP

    def figures(self) -> SampleFigures:
        counts = [one.counts for one in self.images if one.counts]
        pooled = (
            ClassCounts(
                RBC=sum(one.RBC for one in counts),
                WBC=sum(one.WBC for one in counts),
                PLT=sum(one.PLT for one in counts),
                NRBC=0,
            )
            if counts
            else None
        )
        return sample_figures(
            self.images,
            pooled,
            pooled_differential(pooled, [TYPES]) if pooled else None,
            measured=self.measured,
            profile=self.profile,
            ranges=RANGES,
            sex=Sex.FEMALE,
            age=self.age,
        )

    def of(self, analyte: Analyte) -> list[Concentration]:
        return [one for one in self.figures().concentrations if one.analyte is analyte]


def test_a_chamber_counts_nucleated_red_cells_along_and_says_so() -> None:
    counts = ClassCounts(RBC=420, WBC=20, PLT=21, NRBC=3)

    def white(nucleated: int) -> Concentration:
        differential = pooled_differential(counts.model_copy(update={"NRBC": nucleated}), [TYPES])
        measured = Measurements(chamber={"WBC": chamber(70, 76)})
        found = concentrations(CountedFields(counts, [(1000, 800)]), differential, measured, None)
        return next(one for one in found if one.analyte is Analyte.WBC)

    with_some, without = white(3), white(0)

    assert with_some.value == without.value == pytest.approx(3.65)
    assert "nucleated red cells" in with_some.basis
    assert "15.0 per 100 WBC" in with_some.basis
    assert "nucleated" not in without.basis


def test_methods_that_differ_by_more_than_counting_are_told_of() -> None:
    def cautions(side_a: int, side_b: int) -> str:
        measured = Measurements(
            chamber={"WBC": chamber(side_a, side_b)}, analyser_rbc_10e12_per_l=5.0, analyser_name="XN"
        )
        return " ".join(build_figures(Desk(measured=measured).figures(), fields=2, platelets=21).cautions)

    assert "White cells (WBC): the methods “Counting chamber” and “Ratio to analyser RBC” differ by more" in cautions(
        70, 76
    )
    assert "differ by more" not in cautions(5000, 5010)


def test_a_smear_alone_gives_no_concentration() -> None:
    for analyte in (Analyte.RBC, Analyte.WBC, Analyte.PLT):
        [only] = Desk().of(analyte)
        assert (only.value, only.interval, only.method) == (None, None, None)
        assert only.reason is not None
        assert only.reason.code == "no_method"
    assert Desk().of(Analyte.NEUTROPHIL) == []


def test_platelets_are_set_against_red_cells_without_any_concentration() -> None:
    ratio = Desk().figures().platelets_per_1000_rbc

    assert ratio.value == pytest.approx(50)
    assert ratio.interval is not None
    assert ratio.interval.low < 50 < ratio.interval.high


def test_without_red_cells_no_ratio_is_made_up() -> None:
    desk = Desk(images=(image(1, (0, 1, 2)),), measured=Measurements(analyser_rbc_10e12_per_l=5.0, analyser_name="XN"))

    assert desk.figures().platelets_per_1000_rbc.value is None
    [only] = desk.of(Analyte.PLT)
    assert only.value is None
    assert only.reason is not None
    assert only.reason.code == "no_red_cells"


def test_an_analysers_red_cells_give_platelets_and_white_cells_and_no_red_cells() -> None:
    desk = Desk(measured=Measurements(analyser_rbc_10e12_per_l=5.0, analyser_name="XN-1000"))

    [platelets], [white], [red] = desk.of(Analyte.PLT), desk.of(Analyte.WBC), desk.of(Analyte.RBC)

    assert platelets.method is ConcentrationMethod.RATIO
    assert platelets.value == pytest.approx(250)
    assert platelets.unit == "10^9/L"
    assert "XN-1000" in platelets.basis
    assert white.value == pytest.approx(21 / 420 * 5000)
    assert red.value is None


def test_a_chamber_counted_twice_gives_a_concentration_and_the_white_cells_by_type() -> None:
    desk = Desk(measured=Measurements(chamber={"WBC": chamber(70, 76)}))

    [white] = desk.of(Analyte.WBC)
    [neutrophils] = desk.of(Analyte.NEUTROPHIL)

    assert white.method is ConcentrationMethod.CHAMBER
    assert white.value == pytest.approx(146 * 25 / 1000)
    assert white.comparison is not None
    assert (white.comparison.position, white.comparison.is_beyond_chance) == ("below", False)
    assert neutrophils.value == pytest.approx(3.65 * 12 / 20)
    assert neutrophils.interval is None
    assert "by chamber" in neutrophils.basis


@pytest.mark.parametrize(("sides", "code"), [((70, None), "one_side"), ((40, 90), "sides_differ")])
def test_a_chamber_that_cannot_be_trusted_gives_the_reason(sides: tuple[int, int | None], code: str) -> None:
    [white] = Desk(measured=Measurements(chamber={"WBC": chamber(*sides)})).of(Analyte.WBC)

    assert white.value is None
    assert white.reason is not None
    assert white.reason.code == code
    assert white.method is ConcentrationMethod.CHAMBER


def test_every_method_that_is_possible_is_shown_beside_the_others() -> None:
    measured = Measurements(chamber={"WBC": chamber(70, 76)}, analyser_rbc_10e12_per_l=5.0, analyser_name="XN")
    calibrated = profile(um_per_px=0.1, field_area_mm2=0.008, wbc_factor_per_ul=500)

    found = Desk(measured=measured, profile=calibrated).of(Analyte.WBC)

    assert [one.method for one in found] == [
        ConcentrationMethod.CHAMBER,
        ConcentrationMethod.RATIO,
        ConcentrationMethod.FACTOR,
    ]
    assert found[2].value == pytest.approx(10.5 * 500 / 1000)


@pytest.mark.parametrize(
    ("measured", "sizes", "code"),
    [
        ({"um_per_px": 0.1, "field_area_mm2": 0.008}, [(1000, 800), (1000, 801)], "different_field_sizes"),
        ({"um_per_px": 0.1, "field_area_mm2": 0.02}, [(1000, 800), (1000, 800)], "other_field_area"),
        ({"um_per_px": 0.1}, [(1000, 800), (1000, 800)], "area_unknown"),
        ({"field_area_mm2": 0.008}, [(1000, 800), (1000, 800)], "area_unknown"),
    ],
)
def test_a_factor_holds_for_the_fields_it_was_calibrated_with_only(
    measured: dict[str, float], sizes: list[tuple[int, int]], code: str
) -> None:
    images = tuple(image(number, (200, 10, 12), size) for number, size in enumerate(sizes))

    [white] = Desk(images=images, profile=profile(wbc_factor_per_ul=500, **measured)).of(Analyte.WBC)

    assert white.value is None
    assert white.reason is not None
    assert white.reason.code == code


def test_no_count_is_ever_compared_with_a_range() -> None:
    figures = Desk().figures()

    assert all(one.comparison is None for one in figures.concentrations)
    assert {one.analyte for one in figures.shares} == {Analyte(f"{name}_percent") for name in WHITE}


def test_without_an_age_the_range_is_not_available_and_says_why() -> None:
    [white] = Desk(age=None, measured=Measurements(chamber={"WBC": chamber(70, 76)})).of(Analyte.WBC)

    assert white.comparison is not None
    assert white.comparison.position is None
    assert white.comparison.reason is not None
    assert white.comparison.reason.code == "age_not_given"


def test_fields_of_different_sizes_have_no_evenness() -> None:
    evenness = Desk(images=(image(1, (200, 9, 9)), image(2, (200, 9, 9), (500, 400)))).figures().evenness

    assert {one.reason.code for one in evenness.values() if one.reason} == {"different_field_sizes"}
