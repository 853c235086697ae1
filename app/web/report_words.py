"""How a report says things: names of figures, statuses, moments and ages, the same on paper and on the page."""

from datetime import UTC, datetime

from app.schemas.analytes import ANALYTE_WORDS, Analyte
from app.schemas.figures import ConcentrationMethod
from app.schemas.samples import ImageStatus
from app.schemas.signed_reports import ReportField, ReportSample
from app.services.reports.report_changes import NO_METHOD
from app.web.figures_view import METHOD_WORDS
from app.web.overlay import CLASS_NAMES
from app.web.review_words import review_words
from app.web.status_words import image_status_label
from app.web.subtype_words import SUBTYPE_NAMES

NOT_AVAILABLE = "not available"
NOT_GIVEN = "not given"
NETWORK_ALONE = "Suggested by the network; no person changed or confirmed a cell."
_SAMPLE_NAMES = {
    "accession_number": "Accession number",
    "patient_code": "Patient code",
    "sex": "Sex",
    "age": "Age",
    "stain": "Stain",
    "note": "Note",
    "acquisition": "Acquisition profile",
}
_FIELD_NAMES = {"counted": "Images counted", "total": "Images of the sample"}


def report_moment(moment: datetime) -> str:
    """A moment to the second in UTC, in figures that nobody reads two ways."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def figure(value: float | str | None) -> str:
    """A figure as it stands in a table."""
    return NOT_AVAILABLE if value is None else str(value)


def change_name(what: str) -> str:
    """What a change is about, in words: ``counts.RBC`` is ``Red cells (RBC)``."""
    part, _, name = what.partition(".")
    if part == "counts":
        return f"{CLASS_NAMES[name]} ({name})"
    if part == "sample":
        return _SAMPLE_NAMES[name]
    if part == "concentration":
        analyte, _, method = name.partition(".")
        words = ANALYTE_WORDS[Analyte(analyte)]
        told = "no method" if method == NO_METHOD else METHOD_WORDS[ConcentrationMethod(method)]
        return f"{words.name} in {words.unit}, {told}"
    if part == "ratio":
        return "Platelets per 1000 red cells"
    if part == "fields":
        return _FIELD_NAMES[name]
    return f"{SUBTYPE_NAMES[name]}, grade" if part == "grade" else f"{SUBTYPE_NAMES[name]}, cells"


def sample_facts(sample: ReportSample) -> tuple[tuple[str, str], ...]:
    """What is known of the sample, label by label; what was not given says so."""
    age = None if sample.age_value is None else f"{sample.age_value} {sample.age_unit}"
    acquisition = sample.acquisition
    facts: list[tuple[str, str | None]] = [
        ("Accession number", sample.accession_number),
        ("Patient code", sample.patient_code),
        ("Sex", sample.sex),
        ("Age", age),
        ("Stain", sample.stain),
        ("Registered", report_moment(sample.registered_at)),
        ("Acquisition profile", acquisition.name if acquisition else None),
    ]
    if acquisition:
        scale = None if acquisition.um_per_px is None else f"{acquisition.um_per_px:g} µm a pixel"
        area = None if acquisition.field_area_mm2 is None else f"{acquisition.field_area_mm2:g} mm² a field"
        facts.append(("Optics", ", ".join(filter(None, (acquisition.objective, scale, area))) or None))
    return tuple((label, value or NOT_GIVEN) for label, value in facts)


def field_words(field: ReportField) -> str:
    """What became of an image: its status with the reason, or whose counts these are, and what it is warned of."""
    status = ImageStatus(field.status)
    if field.counts is None:
        label = image_status_label(status, is_set_aside=field.is_set_aside)
        return f"{label}. {field.reason.message}" if field.reason else f"{label}."
    told = review_words(field.review) if field.review else NETWORK_ALONE
    return " ".join([told, *(f"Warning: {warning.message}" for warning in field.warnings)])
