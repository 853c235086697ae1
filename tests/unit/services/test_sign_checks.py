"""What has to be known before a sample is signed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.schemas.counts import ClassCounts
from app.schemas.figures import Evenness, Ratio, SampleFigures
from app.schemas.findings import Differential, Share
from app.schemas.measurements import Measurements
from app.schemas.result_record import CellEntry, ResultRecord
from app.schemas.samples import ImageStatus, ImageSummary, SampleDetail, SampleStatus
from app.services.reports.sign_checks import FieldFacts, compute_sign_checks, field_facts
from model.classes import CellClass
from model.types import Notice, WeightsIdentity

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ENOUGH = ClassCounts(RBC=900, WBC=120, PLT=60, NRBC=0)


def image(number: int = 1, status: ImageStatus = ImageStatus.COUNTED, **values: Any) -> ImageSummary:  # noqa: ANN401
    return ImageSummary.model_validate(
        {
            "id": number,
            "file_name": f"{number}.png",
            "status": status,
            "width": 640,
            "height": 480,
            "counts": ENOUGH if status is ImageStatus.COUNTED else None,
            "reason": None,
            "warnings": (),
            "uploaded_at": NOW,
            "counted_at": None,
        }
        | values
    )


def sample(
    *images: ImageSummary,
    counts: ClassCounts | None = ENOUGH,
    identified: int = 120,
    unidentified: int = 0,
    uneven: tuple[str, ...] = (),
) -> SampleDetail:
    found = Differential(
        identified=identified,
        unidentified=unidentified,
        types={"neutrophil": Share(n=0, percent=None, low=None, high=None)},
        nrbc=0,
        nrbc_per_100_wbc=None,
    )
    return SampleDetail.model_construct(
        id=4,
        accession_number="26-1",
        note=None,
        created_at=NOW,
        status=SampleStatus.READY,
        counts=counts,
        images_total=len(images),
        images_by_status={},
        count_intervals=None,
        differential=found if counts else None,
        morphology=None,
        figures=SampleFigures(
            evenness={code: evenness(is_uneven=code in uneven) for code in ("RBC", "WBC", "PLT")},
            platelets_per_1000_rbc=Ratio(value=None, interval=None, reason=None),
            concentrations=(),
            shares=(),
            ranges_version=1,
        ),
        measurements=Measurements(),
        acquisition_profile=None,
        images=images,
    )


def evenness(*, is_uneven: bool) -> Evenness:
    return Evenness(fields=10, mean=9.0, dispersion=1.0, p_value=0.001, is_uneven=is_uneven, reason=None)


def codes(detail: SampleDetail, facts: dict[int, FieldFacts] | None = None) -> list[str]:
    return [check.code for check in compute_sign_checks(detail, facts or {})]


def test_a_sample_in_order_has_nothing_to_acknowledge() -> None:
    assert codes(sample(image()), {1: FieldFacts(120, 0, is_apart=False)}) == []


@pytest.mark.parametrize("status", [ImageStatus.QUEUED, ImageStatus.COUNTING])
def test_counting_that_goes_on_forbids_the_signature(status: ImageStatus) -> None:
    [check] = compute_sign_checks(sample(image(), image(2, status)), {})

    assert (check.code, check.is_blocking) == ("still_counting", True)
    assert "2.png" in check.message


def test_nothing_counted_forbids_the_signature() -> None:
    found = compute_sign_checks(sample(image(1, ImageStatus.FAILED), counts=None), {})

    assert [(check.code, check.is_blocking) for check in found] == [("nothing_counted", True), ("images_failed", False)]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ImageStatus.REFUSED, "images_refused"),
        (ImageStatus.FAILED, "images_failed"),
        (ImageStatus.CANCELLED, "images_cancelled"),
    ],
)
def test_images_without_counts_are_told_until_they_are_set_aside(status: ImageStatus, code: str) -> None:
    assert codes(sample(image(), image(2, status))) == [code]
    assert codes(sample(image(), image(2, status, set_aside_at=NOW))) == ["images_set_aside"]


def test_each_kind_of_warning_is_one_check_over_its_images() -> None:
    blurred, dark = Notice("out_of_focus", "Blurred."), Notice("underexposed", "Dark.")
    images = [image(number, warnings=(blurred, dark) if number == 1 else (blurred,)) for number in range(1, 9)]

    found = {check.code: check.message for check in compute_sign_checks(sample(*images), {})}

    named = "1.png, 2.png, 3.png, 4.png, 5.png and 3 more"
    assert found["warning_out_of_focus"] == f"On 8 images ({named}): Blurred."
    assert found["warning_underexposed"] == "On 1 image (1.png): Dark."


def test_a_warning_of_disagreeing_counts_is_judged_by_the_corrected_cells() -> None:
    warned = image(warnings=(Notice("counts_disagree", "RBC: 3 found, 40 expected"),))

    assert codes(sample(warned), {1: FieldFacts(0, 0, is_apart=False)}) == []
    assert codes(sample(warned), {1: FieldFacts(0, 0, is_apart=True)}) == ["counts_disagree"]


def test_white_cells_left_open_are_told() -> None:
    assert codes(sample(image(), unidentified=2)) == ["unidentified_white_cells"]
    assert codes(sample(image()), {1: FieldFacts(5, 3, is_apart=False)}) == ["white_cells_unconfirmed"]
    assert codes(sample(image(), identified=99)) == ["short_differential"]


@pytest.mark.parametrize(("platelets", "is_told"), [(9, True), (10, False)])
def test_counts_of_few_cells_are_told(platelets: int, is_told: bool) -> None:
    few = ClassCounts(RBC=900, WBC=120, PLT=platelets, NRBC=0)

    assert (codes(sample(image(), counts=few)) == ["few_cells"]) is is_told


def test_uneven_fields_are_told() -> None:
    [check] = compute_sign_checks(sample(image(), uneven=("RBC", "PLT")), {})

    assert check.code == "uneven_fields"
    assert check.message.startswith("RBC and PLT:")


def test_the_facts_of_a_field_are_those_of_its_cells() -> None:
    white = CellEntry(
        cell_class=CellClass.WHITE_BLOOD_CELL,
        box=(0, 0, 9, 9),
        score=0.9,
        counted=True,
        subtype="neutrophil",
        subtype_probability=0.9,
    )
    record = ResultRecord(
        image="a.png",
        width=64,
        height=64,
        status="counted",
        reason=None,
        warnings=(),
        counts=ClassCounts(RBC=0, WBC=1, PLT=0, NRBC=0),
        differential={},
        morphology={},
        cells=(white, white.model_copy(update={"counted": False})),
        quality={},
        model=WeightsIdentity("w", "1", "ab"),
        timings_ms={},
        engine="torch",
        head_counts={"RBC": 60.0, "WBC": 1.0, "PLT": 0.0},
    )

    assert field_facts(record) == FieldFacts(1, 1, is_apart=True, engine="torch")
    assert not field_facts(record.model_copy(update={"head_counts": {"RBC": 1.0}})).is_apart
