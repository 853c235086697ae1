"""What the page to sign on shows: the checks, what will be signed, the images for the report, the signature."""

from dataclasses import dataclass, field

from app.schemas.sign_checks import SignCheck
from app.schemas.signed_reports import MOST_PICTURES, SignatureForm, SignatureMeaning
from app.services.reports.report_drafts import ReportDraft
from app.services.reports.signature_meanings import signature_meanings
from app.web.report_view import FieldRow, ReportView, build_report_view

MOST_OFFERED = 60
"""Images that the page offers for the report; of a sample with more it offers the first ones."""

_CHOSEN_AT_FIRST = 2


@dataclass(frozen=True, slots=True)
class SignView:
    """The page. ``shown_sha256`` is the hash of what it shows; ``errors`` has a sentence by the form's field."""

    sample_id: int
    report: ReportView
    shown_sha256: str
    blocking: tuple[SignCheck, ...]
    checks: tuple[SignCheck, ...]
    meanings: tuple[SignatureMeaning, ...]
    offered: tuple[FieldRow, ...]
    not_offered: int
    form: SignatureForm | None
    most_pictures: int = MOST_PICTURES
    errors: dict[str, str] = field(default_factory=dict)
    problem: str | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether something forbids the signature."""
        return bool(self.blocking)

    def is_acknowledged(self, check: SignCheck) -> bool:
        """Whether the person has ticked this check."""
        return self.form is not None and check.code in self.form.acknowledged

    @property
    def draws_cells(self) -> bool:
        """Whether the report will draw the cells on its images."""
        return self.form is None or self.form.cells

    def is_chosen(self, row: FieldRow) -> bool:
        """Whether the report will show this image."""
        if self.form is None:
            return row in self.offered[:_CHOSEN_AT_FIRST]
        return row.image_id in self.form.pictures


def build_sign_view(
    draft: ReportDraft,
    form: SignatureForm | None = None,
    *,
    errors: dict[str, str] | None = None,
    problem: str | None = None,
) -> SignView:
    """What the page shows of a draft, with what the person has filled in already."""
    content = draft.content
    report = build_report_view(content)
    counted = {one.image_id for one in content.fields if one.counts is not None}
    rows = [row for row in report.fields if row.image_id in counted]
    return SignView(
        sample_id=content.sample.id,
        report=report,
        shown_sha256=draft.sha256,
        blocking=tuple(check for check in content.checks if check.is_blocking),
        checks=tuple(check for check in content.checks if not check.is_blocking),
        meanings=signature_meanings(),
        offered=tuple(rows[:MOST_OFFERED]),
        not_offered=max(0, len(rows) - MOST_OFFERED),
        form=form,
        errors=errors or {},
        problem=problem,
    )
