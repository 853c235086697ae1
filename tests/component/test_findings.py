"""Differential and morphology of a sample: pooled over its counted images, or not available."""

import pytest

from app.db.session import Database
from app.schemas.findings import Share
from app.schemas.result_record import ResultRecord, build_result_record
from app.schemas.samples import SampleDetail
from app.services.figures.grading import load_grading_scheme
from app.services.queue.results import record_result
from app.services.samples.samples import sample_detail
from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Notice, Size, WeightsIdentity
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

WEIGHTS = WeightsIdentity("test", "1", "ab" * 32)
BOX = (1.0, 1.0, 9.0, 9.0)
RED, WHITE = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL
JSLH = load_grading_scheme("jslh-sc")


def cells(cell_class: CellClass, **numbers: int) -> tuple[DetectedCell, ...]:
    """So many counted cells of each type, and one of each that only lies below the threshold."""
    return tuple(
        DetectedCell(cell_class, BOX, 0.9, is_counted=index < number, subtype=subtype, subtype_probability=0.9)
        for subtype, number in numbers.items()
        for index in range(number + 1)
    )


def record_of(*found: DetectedCell, unavailable: tuple[str, ...] = ()) -> ResultRecord:
    """The record of an image with these cells."""
    return build_result_record(
        "a.png", FieldResult("counted", WEIGHTS, Size(9, 9), cells=found, unavailable=unavailable)
    )


def detail_of(desk: UploadDesk, *records: ResultRecord) -> SampleDetail:
    """A sample with an image for each record."""
    for index, record in enumerate(records):
        [outcome] = desk.send(incoming(image_bytes(index), f"{index}.png"))
        assert outcome.image_id is not None
        with desk.database.unit_of_work() as session:
            assert record_result(session, image_id=outcome.image_id, record=record, thresholds=None)
    return read(desk.database, desk.sample_id)


def read(database: Database, sample_id: int) -> SampleDetail:
    with database.unit_of_work() as session:
        return sample_detail(session, sample_id=sample_id, scheme=JSLH)


def rounded(share: Share) -> tuple[int, float | None, float | None, float | None]:
    ends = (share.percent, share.low, share.high)
    percent, low, high = (None if value is None else round(value, 1) for value in ends)
    return share.n, percent, low, high


def test_the_differential_pools_images_and_leaves_out_who_is_not_identified(desk: UploadDesk) -> None:
    first = cells(WHITE, neutrophil=50, lymphocyte=30, unidentified=7, erythroblast=4)
    second = cells(WHITE, neutrophil=10, monocyte=9, basophil=1, unidentified=3, erythroblast=1)

    differential = detail_of(desk, record_of(*first), record_of(*second)).differential

    assert differential is not None
    assert (differential.identified, differential.unidentified) == (100, 10)
    assert rounded(differential.types["neutrophil"]) == (60, 60.0, 49.7, 69.7)
    assert rounded(differential.types["lymphocyte"]) == (30, 30.0, 21.2, 40.0)
    assert rounded(differential.types["basophil"]) == (1, 1.0, 0.0, 5.4)
    assert rounded(differential.types["eosinophil"]) == (0, 0.0, 0.0, 3.6)
    assert "unidentified" not in differential.types
    assert "erythroblast" not in differential.types
    assert differential.nrbc == 5
    # Per 100 of all white cells counted, the unidentified too: 5 / 110.
    assert differential.nrbc_per_100_wbc == pytest.approx(100 * 5 / 110)


def test_without_an_identified_cell_there_is_no_percentage(desk: UploadDesk) -> None:
    differential = detail_of(desk, record_of(*cells(WHITE, unidentified=4), *cells(RED, normal=2))).differential

    assert differential is not None
    assert {rounded(share) for share in differential.types.values()} == {(0, None, None, None)}
    assert differential.nrbc_per_100_wbc is None  # any of the four may be one


def test_nucleated_red_cells_per_100_of_no_white_cell_are_undefined(desk: UploadDesk) -> None:
    differential = detail_of(desk, record_of(*cells(WHITE, erythroblast=2))).differential

    assert differential is not None
    assert (differential.nrbc, differential.nrbc_per_100_wbc) == (2, None)


def test_the_morphology_is_graded_by_the_scheme_it_names(desk: UploadDesk) -> None:
    first = cells(RED, normal=800, target=80, schistocyte=2, uncategorised=18, hypochromia=50)
    second = cells(RED, normal=80, target=70)

    morphology = detail_of(desk, record_of(*first), record_of(*second)).morphology

    assert morphology is not None
    assert (morphology.categorised, morphology.uncategorised) == (1082, 18)
    assert morphology.scheme is not None
    assert (morphology.scheme.id, morphology.scheme.version) == ("jslh-sc", "1")
    target, schistocyte = morphology.types["target"], morphology.types["schistocyte"]
    assert rounded(target) == (150, 13.9, 11.9, 16.1)
    assert (target.grade, target.no_grade, target.graded_from) == ("2+", None, 200)
    assert (schistocyte.n, schistocyte.grade, schistocyte.graded_from) == (2, None, 1000)
    assert schistocyte.no_grade is not None
    assert schistocyte.no_grade.message == "The lowest grade, 1+, begins at 1 %."
    assert morphology.types["hypochromia"].grade is None
    assert "uncategorised" not in morphology.types
    assert len(morphology.types) == 12


def test_where_no_red_cell_is_categorised_there_is_neither_percentage_nor_grade(desk: UploadDesk) -> None:
    """Two thousand cells of which the network is not sure say nothing of any type, least of all that there is none."""
    morphology = detail_of(desk, record_of(*cells(RED, uncategorised=2000))).morphology

    assert morphology is not None
    assert (morphology.categorised, morphology.uncategorised) == (0, 2000)
    assert {rounded(share) for share in morphology.types.values()} == {(0, None, None, None)}
    codes = {share.no_grade.code for share in morphology.types.values() if share.no_grade}
    assert codes == {"no_red_cells", "not_in_scheme"}


def test_one_image_without_types_leaves_no_pooled_share(desk: UploadDesk) -> None:
    named = record_of(*cells(WHITE, neutrophil=5), *cells(RED, target=9))
    unnamed = record_of(
        DetectedCell(WHITE, BOX, 0.9, is_counted=True), unavailable=("NRBC", "differential", "morphology")
    )

    detail = detail_of(desk, named, unnamed)

    assert (detail.differential, detail.morphology) == (None, None)
    assert detail.counts is not None
    assert detail.counts.WBC == 6
    assert detail.count_intervals is not None
    assert detail.count_intervals["NRBC"] is None
    assert detail.unavailable == ("NRBC",)


def test_a_refused_image_leaves_the_others_pooled(desk: UploadDesk) -> None:
    refused = build_result_record("b.png", FieldResult("refused", WEIGHTS, Size(9, 9), Notice("not_a_smear", "No.")))

    detail = detail_of(desk, record_of(*cells(WHITE, monocyte=2)), refused)

    assert detail.differential is not None
    assert detail.differential.types["monocyte"].n == 2


def test_nothing_is_pooled_before_an_image_is_counted(desk: UploadDesk) -> None:
    detail = read(desk.database, desk.sample_id)

    assert (detail.differential, detail.morphology, detail.count_intervals) == (None, None, None)


def test_each_count_has_its_exact_interval(desk: UploadDesk) -> None:
    intervals = detail_of(desk, record_of(*cells(RED, normal=100), *cells(WHITE, neutrophil=10))).count_intervals

    assert intervals is not None
    found = {code: (round(one.low, 1), round(one.high, 1)) for code, one in intervals.items() if one is not None}
    assert found == {"RBC": (81.4, 121.6), "WBC": (4.8, 18.4), "PLT": (0.0, 3.7), "NRBC": (0.0, 3.7)}
