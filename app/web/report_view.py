"""What a report shows, worked out once for the paper and for the page, from the report's own content alone."""

from dataclasses import dataclass

from app.schemas.findings import Differential, Morphology
from app.schemas.signed_reports import ReportContent, ReportField, ReportWeights, SignedContent
from app.services.figures.findings import in_usual_order
from app.web.figures_view import FiguresView, build_figures
from app.web.findings_view import DifferentialView, MorphologyView, build_differential, build_morphology, count_words
from app.web.overlay import CLASS_NAMES
from app.web.report_words import (
    NOT_AVAILABLE,
    change_name,
    field_words,
    figure,
    report_moment,
    sample_facts,
)

Facts = tuple[tuple[str, str], ...]
"""Labels with their values."""


@dataclass(frozen=True, slots=True)
class CountRow:
    """One pooled count with its exact 95 % interval, in words."""

    code: str
    name: str
    count: str
    interval: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One image of the sample; ``position`` counts from 1."""

    position: int
    image_id: int
    file_name: str
    size: str
    counts: tuple[str, ...]
    words: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report. ``headline`` says what it is: signed, corrected, replaced, or a draft."""

    is_signed: bool
    version: int | None
    headline: str
    replaced_words: str | None
    correction: Facts
    changes: tuple[tuple[str, str, str], ...]
    laboratory: str | None
    facts: Facts
    note: str | None
    counts: tuple[CountRow, ...]
    coverage: str
    differential: DifferentialView | None
    morphology: MorphologyView | None
    figures: FiguresView
    not_available: Facts
    notices: Facts
    fields: tuple[FieldRow, ...]
    picture_ids: tuple[int, ...]
    draws_cells: bool
    weights: Facts
    scheme: str | None
    method: tuple[str, ...]
    intended_use: str
    software: str
    signature: Facts
    sha256: str | None
    accession_number: str


def build_report_view(
    content: ReportContent, *, sha256: str | None = None, replaced_by: int | None = None
) -> ReportView:
    """What a signed version, of this hash and perhaps replaced by a later one, or a draft shows."""
    signed = content if isinstance(content, SignedContent) else None
    white, red = differential_of(content), morphology_of(content)
    counted = sum(field.counts is not None for field in content.fields)
    figures = build_figures(content.figures, fields=counted, platelets=(content.counts or {}).get("PLT") or 0)
    return ReportView(
        is_signed=signed is not None,
        version=signed.version if signed else None,
        headline=_headline(signed),
        replaced_words=_replaced_words(replaced_by),
        correction=_correction(signed),
        changes=_changes(signed),
        laboratory=content.laboratory,
        facts=sample_facts(content.sample),
        note=content.sample.note,
        counts=tuple(_count_row(content, code, name) for code, name in CLASS_NAMES.items()),
        coverage=_coverage(content),
        differential=build_differential(white) if white else None,
        morphology=build_morphology(red) if red else None,
        figures=figures,
        not_available=_not_available(figures),
        notices=tuple((check.title, check.message) for check in content.checks),
        fields=tuple(_field_row(position, field) for position, field in enumerate(content.fields, start=1)),
        picture_ids=tuple(picture.image_id for picture in signed.pictures) if signed else (),
        draws_cells=signed.draws_cells if signed else False,
        weights=tuple(_weights(weights) for weights in content.weights),
        scheme=_scheme(content),
        method=content.method,
        intended_use=content.intended_use,
        software=f"Bloodcount {content.app_version}",
        signature=_signature(signed),
        sha256=sha256,
        accession_number=content.sample.accession_number,
    )


def differential_of(content: ReportContent) -> Differential | None:
    """The report's differential, its types in their usual order."""
    found = content.differential
    return found.model_copy(update={"types": in_usual_order(found.types)}) if found else None


def morphology_of(content: ReportContent) -> Morphology | None:
    """The report's morphology, its types in their usual order."""
    found = content.morphology
    return found.model_copy(update={"types": in_usual_order(found.types)}) if found else None


def _headline(signed: SignedContent | None) -> str:
    if signed is None:
        return "DRAFT – not signed"
    if signed.replaces is None:
        return f"Signed report, version {signed.version}"
    former = signed.replaces
    return (
        f"CORRECTED REPORT, version {signed.version}, replaces version {former.version} of "
        f"{report_moment(former.signed_at)}"
    )


def _replaced_words(replaced_by: int | None) -> str | None:
    if replaced_by is None:
        return None
    return f"REPLACED by version {replaced_by}. This version is kept as it was signed and is no longer valid."


def _correction(signed: SignedContent | None) -> Facts:
    if signed is None or signed.replaces is None:
        return ()
    former = signed.replaces
    return (
        ("Reason", former.reason),
        ("Opened by", f"{former.opened_by}, {report_moment(former.opened_at)}"),
        ("Replaced version", f"{former.version}, signed by {former.signer}, {report_moment(former.signed_at)}"),
        ("Its SHA-256", former.sha256),
    )


def _changes(signed: SignedContent | None) -> tuple[tuple[str, str, str], ...]:
    changes = signed.changes if signed else ()
    return tuple((change_name(one.what), figure(one.was), figure(one.now)) for one in changes)


def _count_row(content: ReportContent, code: str, name: str) -> CountRow:
    count = (content.counts or {}).get(code)
    interval = (content.count_intervals or {}).get(code)
    return CountRow(code, name, figure(count), count_words(interval) if interval else NOT_AVAILABLE)


def _coverage(content: ReportContent) -> str:
    counted = sum(field.counts is not None for field in content.fields)
    total = len(content.fields)
    noun = "image" if total == 1 else "images"
    rest = "" if counted == total else f" The other {total - counted:,} are in no count; see the list of images."
    return f"{counted:,} of {total:,} {noun} counted.{rest}"


def _field_row(position: int, field: ReportField) -> FieldRow:
    counts = field.counts
    return FieldRow(
        position=position,
        image_id=field.image_id,
        file_name=field.file_name,
        size=f"{field.width} × {field.height} px" if field.width and field.height else NOT_AVAILABLE,
        counts=tuple("–" if counts is None else figure(counts[code]) for code in CLASS_NAMES),
        words=field_words(field),
        sha256=field.sha256,
    )


def _not_available(figures: FiguresView) -> Facts:
    """Quantities without a concentration, those with the same reason together."""
    names: dict[str, list[str]] = {}
    for row in figures.rows:
        if row.value is None:
            told = f"{row.method}: {row.reason}" if row.method else row.reason
            names.setdefault(told, []).append(row.name)
    return tuple((", ".join(found), reason) for reason, found in names.items())


def _weights(weights: ReportWeights) -> tuple[str, str]:
    thresholds = ", ".join(f"{code} {score:g}" for code, score in weights.thresholds.items()) or NOT_AVAILABLE
    engines = ", ".join(weights.engines) or NOT_AVAILABLE
    noun = "image" if weights.fields == 1 else "images"
    told = f"{weights.fields:,} {noun}; working thresholds {thresholds}; engine {engines}; SHA-256 {weights.sha256}"
    return f"{weights.name} {weights.version}", told


def _scheme(content: ReportContent) -> str | None:
    scheme = content.grading_scheme
    if scheme is None:
        return None
    return f"{scheme.title} ({scheme.id}, version {scheme.version}; {scheme.source}); SHA-256 {scheme.sha256}"


def _signature(signed: SignedContent | None) -> Facts:
    if signed is None:
        return ()
    signature = signed.signature
    account = f"{signature.role}, account {signature.account_id}"
    named = f"{signature.full_name} ({signature.signer}, {account})" if signature.full_name else None
    return (
        ("Signed by", named or f"{signature.signer} ({account})"),
        ("Meaning", f"{signature.meaning.label}: {signature.meaning.statement}"),
        ("Time", report_moment(signature.signed_at)),
        ("Version", str(signed.version)),
    )
