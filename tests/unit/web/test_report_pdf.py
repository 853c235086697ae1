"""Whatever a laboratory types, its report is drawn: no text is too long, too odd, or taken for markup."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.schemas.analytes import Analyte
from app.schemas.figures import Concentration, ConcentrationMethod, Ratio, SampleFigures
from app.schemas.measurements import Measurements
from app.schemas.sign_checks import SignCheck
from app.schemas.signed_reports import ReportContent, ReportField, ReportSample
from app.services.reports.report_changes import compute_changes
from app.web.report_pdf import PictureSource, render_report
from app.web.report_pdf.fonts import printable
from app.web.report_view import build_report_view
from app.web.report_words import change_name
from model.preprocessing import decode_image
from model.types import Notice

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def field(number: int, text: str) -> ReportField:
    return ReportField(
        image_id=number,
        file_name=text[:255],
        sha256="ab" * 32,
        width=640,
        height=480,
        status="refused",
        is_set_aside=False,
        reason=Notice("not_a_smear", text),
        warnings=(Notice("w", text),) * 20,
        counts=None,
        differential=None,
        morphology=None,
        head_counts=None,
        counted_at=None,
        analysis_id=None,
        revision=0,
        review=None,
        cells_sha256=None,
        weights_sha256=None,
    )


def content(text: str, *, fields: int = 1) -> ReportContent:
    return ReportContent(
        laboratory=text[:200],
        app_version="1",
        sample=ReportSample(
            id=1,
            accession_number=text[:64] or "1",
            patient_code=text[:64],
            sex=None,
            age_value=None,
            age_unit=None,
            stain=text[:64],
            note=text,
            registered_at=NOW,
            acquisition=None,
        ),
        fields=tuple(field(number, text) for number in range(1, fields + 1)),
        counts=None,
        count_intervals=None,
        differential=None,
        morphology=None,
        grading_scheme=None,
        figures=SampleFigures(
            evenness={},
            platelets_per_1000_rbc=Ratio(value=None, interval=None, reason=None),
            concentrations=(),
            shares=(),
            ranges_version=1,
        ),
        measurements=Measurements(),
        weights=(),
        method=(),
        intended_use="For research use only.",
        checks=(SignCheck(code="c", title=text[:60], message=text, next_step=""),),
    )


def pages(report: ReportContent) -> list[str]:
    source = PictureSource(lambda _: None, decode_image, lambda _: ())
    drawn = render_report(build_report_view(report), source)
    return [page.extract_text() for page in PdfReader(BytesIO(drawn)).pages]


@pytest.mark.parametrize(
    "text",
    ["x" * 2000, "line\n" * 1000, "<b>bold & <br/> <para>", "ł ß é µ × ≥ α Ж \u202f 中 \x07", "word " * 400, ""],
    ids=["no space", "many lines", "markup", "letters", "long", "empty"],
)
def test_any_text_is_drawn(text: str) -> None:
    found = pages(content(text))

    assert all("DRAFT – not signed" in page for page in found)
    if text.startswith("<b>"):
        assert "<b>bold & <br/> <para>" in " ".join(found)


def test_a_sample_of_many_images_ends_on_paper_and_says_so() -> None:
    found = " ".join(pages(content("short", fields=301)))

    assert "1 further images are not listed on paper" in " ".join(found.split())


def test_a_letter_that_the_fonts_lack_is_told_by_its_number() -> None:
    assert printable("Łódź µ×≥ 中") == "Łódź µ×≥ <U+4E2D>"
    assert printable("12\u202f345") == "12\u00a0345"


def test_every_change_of_a_corrected_report_has_a_name() -> None:
    without = Concentration(
        analyte=Analyte.PLT,
        unit="10^9/L",
        method=None,
        value=None,
        interval=None,
        basis="",
        reason=Notice("r", "None."),
    )
    given = without.model_copy(update={"method": ConcentrationMethod.RATIO, "value": 345.0})
    before, after = content("a"), content("b")
    figures = after.figures
    before = before.model_copy(update={"figures": figures.model_copy(update={"concentrations": (without,)})})
    ratio = Ratio(value=75.0, interval=None, reason=None)
    updated = {"concentrations": (given,), "platelets_per_1000_rbc": ratio}
    after = after.model_copy(update={"figures": figures.model_copy(update=updated), "fields": ()})

    found = {one.what: (change_name(one.what), one.was, one.now) for one in compute_changes(before, after)}

    assert found == {
        "sample.accession_number": ("Accession number", "a", "b"),
        "sample.patient_code": ("Patient code", "a", "b"),
        "sample.stain": ("Stain", "a", "b"),
        "sample.note": ("Note", "a", "b"),
        "concentration.plt.ratio_to_analyser_rbc": ("Platelets (PLT) in 10^9/L, Ratio to analyser RBC", None, 345.0),
        "ratio.platelets_per_1000_rbc": ("Platelets per 1000 red cells", None, 75.0),
        "fields.total": ("Images of the sample", 1, 0),
    }
    assert change_name("concentration.plt.none") == "Platelets (PLT) in 10^9/L, no method"
    assert change_name("grade.target") == "Target cell, grade"
    assert change_name("counts.PLT") == "Platelets (PLT)"
