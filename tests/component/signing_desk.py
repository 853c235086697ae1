"""A person who signs and corrects samples, on both databases, without a browser."""

from dataclasses import dataclass, field

from app.db.records import AccountRecord
from app.db.repositories.accounts import account_key
from app.db.session import Database
from app.schemas.actors import Actor, ActorKind
from app.schemas.signed_reports import ReportFault, SampleReports, SignedReport, SignRequest
from app.schemas.tokens import Role
from app.services.reports.report_drafts import ReportDraft, build_draft
from app.services.reports.reports import sample_reports, signed_report, verify_report
from app.services.reports.signing import open_correction, sign_report


@dataclass
class Signer:
    """An account that signs; ``sample_id`` is the sample that it is about."""

    database: Database
    sample_id: int
    actor: Actor = field(init=False)

    def __post_init__(self) -> None:
        """Make the account."""
        account = AccountRecord(
            name="Dr. Ewa Łoś", name_key=account_key("Dr. Ewa Łoś"), role=Role.REVIEWER, password_hash=None
        )
        with self.database.unit_of_work() as session:
            session.add(account)
            session.flush()
            self.actor = Actor(ActorKind.ACCOUNT, account.name, id=account.id, role=account.role)

    def look(self) -> ReportDraft:
        """What the page to sign on shows now."""
        with self.database.unit_of_work() as session:
            return build_draft(session, sample_id=self.sample_id)

    def sign(self, shown: ReportDraft | None = None) -> int:
        """Sign what was shown, everything acknowledged."""
        shown = shown or self.look()
        request = SignRequest(
            shown_sha256=shown.sha256,
            acknowledged=frozenset(check.code for check in shown.content.checks),
            meaning="approved",
            picture_ids=(),
        )
        return sign_report(self.database.unit_of_work, sample_id=self.sample_id, request=request, actor=self.actor)

    def correct(self, reason: str = "wrong slide") -> None:
        """Open a correction."""
        with self.database.unit_of_work() as session:
            open_correction(session, sample_id=self.sample_id, reason=reason, actor=self.actor)

    def reports(self) -> SampleReports:
        """The sample's versions."""
        with self.database.unit_of_work() as session:
            return sample_reports(session, sample_id=self.sample_id)

    def report(self, version: int) -> SignedReport:
        """One version."""
        with self.database.unit_of_work() as session:
            return signed_report(session, sample_id=self.sample_id, version=version)

    def faults(self, version: int) -> list[str]:
        """What a verification finds, by code."""
        with self.database.unit_of_work() as session:
            found: tuple[ReportFault, ...] = verify_report(session, sample_id=self.sample_id, version=version)
        return [fault.code for fault in found]
