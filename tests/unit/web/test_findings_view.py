"""What the sample page says of a differential and a morphology: never more than was seen, and always with its n."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

import pytest

from app.schemas.counts import ClassCounts
from app.schemas.figures import SampleFigures
from app.schemas.grading import GradingScheme
from app.schemas.measurements import Measurements
from app.schemas.reference_ranges import RangeSet
from app.schemas.result_record import ResultRecord
from app.schemas.samples import ImageStatus, SampleDetail, SampleStatus
from app.services.figures.findings import count_intervals, pooled_differential, pooled_morphology
from app.services.figures.grading import load_grading_scheme
from app.services.figures.sample_figures import sample_figures
from app.web.findings_view import count_words
from app.web.sample_view import build_sample_view
from app.web.templating import render_fragment

JSLH = load_grading_scheme("jslh-sc")
Numbers = Mapping[str, int]


def never_read(image_id: int) -> ResultRecord:
    """No record is needed to show what is pooled."""
    raise AssertionError(image_id)


def summary_of(
    white: Numbers | None, red: Numbers | None, *, nrbc: int | None = 0, scheme: GradingScheme | None = JSLH
) -> str:
    """The summary part of the page, as text, of a sample with one counted image."""
    counts = ClassCounts(
        RBC=sum((red or {}).values()),
        WBC=sum((white or {}).values()),
        PLT=7,
        NRBC=nrbc or 0,
        recognises_nrbc=nrbc is not None,
    )
    sample = SampleDetail(
        id=1,
        accession_number="24-1",
        note=None,
        created_at=datetime(2026, 11, 25, tzinfo=UTC),
        status=SampleStatus.READY,
        counts=counts,
        images_total=1,
        images_by_status={ImageStatus.COUNTED: 1},
        count_intervals=count_intervals(counts),
        differential=pooled_differential(counts, [white]),
        morphology=pooled_morphology([red], scheme),
        figures=without_measurements(counts),
        measurements=Measurements(),
        acquisition_profile=None,
        images=(),
    )
    return render_fragment("fragments/sample_summary.html", {"view": build_sample_view(sample, never_read)})


def without_measurements(counts: ClassCounts) -> SampleFigures:
    """The figures of a sample of which nothing but images is known."""
    ranges = RangeSet(version=1, ranges=(), reason="", created_at=datetime(2026, 11, 25, tzinfo=UTC), created_by="")
    nothing = Measurements()
    return sample_figures((), counts, None, measured=nothing, profile=None, ranges=ranges, sex=None, age=None)


def section(html: str, name: str) -> str:
    """The HTML of the differential or of the morphology."""
    return html.partition(f'data-finding="{name}"')[2].partition("</section>")[0]


def row(html: str, name: str) -> list[str]:
    """The cells of a type's row that say something, without what only the eye sees."""
    text = html.partition(f'<tr data-type="{name}">')[2].partition("</tr>")[0]
    without_letters = re.sub(r'<span class="type-letters".*?</span>', "", text)
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", without_letters, re.DOTALL)
    texts = [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]
    return [text for text in texts if text]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_percentage_stands_beside_its_n_and_its_interval() -> None:
    white = section(summary_of({"neutrophil": 60, "lymphocyte": 40}, {"normal": 1}), "differential")

    assert row(white, "Neutrophil") == ["Neutrophil", "60", "60.0", "49.7–69.7"]
    assert row(white, "Basophil") == ["Basophil", "0", "0.0", "0.0–3.6"]
    assert "n = 100 identified white cells" in words(white)
    assert "exact 95 % interval" in white
    assert "Suggested by the network" in white
    assert "Small n" not in white


@pytest.mark.parametrize(("identified", "noun"), [(99, "99 white cells"), (1, "1 white cell")])
def test_a_differential_of_fewer_than_100_cells_says_so(identified: int, noun: str) -> None:
    white = section(summary_of({"monocyte": identified}, {"normal": 1}), "differential")

    assert f"Small n: {noun} identified. A routine differential has at least 100" in white


def test_unidentified_cells_stand_apart_and_are_left_for_a_person() -> None:
    white = section(summary_of({"neutrophil": 100, "unidentified": 3}, {"normal": 1}), "differential")

    assert row(white, "unidentified") == ["Unidentified", "3", "left for a person"]
    assert row(white, "Neutrophil")[2] == "100.0"
    assert "3 white cells unidentified" in white
    assert "they are in no percentage, and nucleated red cells may be among them" in white


def test_nucleated_red_cells_are_told_per_100_white_cells() -> None:
    some = section(summary_of({"neutrophil": 150, "unidentified": 50}, {"normal": 1}, nrbc=9), "differential")
    undefined = section(summary_of({}, {"normal": 1}, nrbc=9), "differential")
    unknown = section(summary_of({"neutrophil": 150}, {"normal": 1}, nrbc=None), "differential")

    assert row(some, "nrbc") == ["NRBC", "9", "4.5 per 100 WBC"]
    assert row(undefined, "nrbc") == ["NRBC", "9", "per 100 WBC: not available"]
    assert row(unknown, "nrbc") == ["NRBC", "not available"]


def test_what_is_undefined_is_not_available_and_never_zero_percent() -> None:
    html = summary_of({"unidentified": 4}, {})

    assert row(section(html, "differential"), "Neutrophil") == ["Neutrophil", "0", "not available"]
    assert row(section(html, "morphology"), "Target cell")[:3] == ["Target cell", "0", "not available"]
    assert "No white cell was identified, so there are no percentages." in html
    assert "No red cell was categorised, so there are no percentages." in html


def test_weights_that_name_nothing_give_no_table() -> None:
    html = summary_of(None, None, nrbc=None)

    for name in ("differential", "morphology"):
        assert "<table" not in section(html, name)
        assert "not available The weights that counted an image of this sample cannot tell" in words(
            section(html, name)
        )


def test_grades_look_like_suggestions_and_name_their_scheme() -> None:
    red = section(summary_of({}, {"normal": 880, "target": 110, "burr": 10}), "morphology")

    assert row(red, "Target cell") == ["Target cell", "110", "11.0", "9.1–13.1", "2+"]
    assert '<span class="suggested" title="Suggested grade">2+</span>' in red
    assert row(red, "Burr cell")[-1] == "none"
    assert row(red, "Hypochromic cell")[-1] == "not graded"
    assert row(red, "Normal") == ["Normal", "880", "88.0", "85.8–89.9"]
    assert "(jslh-sc, version 1)" in red
    assert "a person confirms them" in red
    assert "n = 1 000 categorised red cells" in words(red)


def test_too_few_red_cells_are_told_with_the_least_number_and_why() -> None:
    red = section(summary_of({}, {"normal": 250, "target": 49, "schistocyte": 1}), "morphology")

    assert row(red, "Target cell")[-1] == "2+"
    assert row(red, "Schistocyte")[-1] == "n < 1\u202f000"
    assert row(red, "Spherocyte")[-1] == row(red, "Teardrop cell")[-1] == "n < 500"
    assert "No grade for spherocyte, teardrop cell. Graded from 500 red cells on, and 300 were categorised" in red
    assert "ICSH counts schistocytes among at least 1000 red cells" in red


def test_where_no_grades_are_wanted_there_is_no_column_for_them() -> None:
    red = section(summary_of({}, {"normal": 1000, "target": 400}, scheme=None), "morphology")

    assert row(red, "Target cell") == ["Target cell", "400", "28.6", "26.2–31.0"]
    assert "Grade" not in red


def test_uncategorised_red_cells_stand_apart_and_are_left_for_a_person() -> None:
    red = section(summary_of({}, {"normal": 90, "uncategorised": 10}), "morphology")

    assert row(red, "uncategorised") == ["Uncategorised", "10", "left for a person"]
    assert row(red, "Normal") == ["Normal", "90", "100.0", "96.0–100.0"]
    assert "10 red cells uncategorised" in red
    assert "any of them may be of an abnormal type" in red


def test_each_count_has_its_interval_and_one_that_is_not_available_has_none() -> None:
    html = summary_of({"neutrophil": 10}, {"normal": 400}, nrbc=None)

    tiles = re.findall(r'data-count="(\w+)">.*?</div>', html, re.DOTALL)
    intervals = re.findall(r'<dd class="tile-interval">95 % interval (.*?)</dd>', html)
    assert tiles == ["RBC", "WBC", "PLT", "NRBC"]
    assert intervals == ["362–441", "4.8–18.4", "2.8–14.4"]


def test_a_large_count_keeps_its_thousands_apart() -> None:
    counts = ClassCounts(RBC=12345, WBC=0, PLT=0, NRBC=0)
    interval = count_intervals(counts)["RBC"]

    assert interval is not None
    assert count_words(interval) == "12\u202f128–12\u202f565"
