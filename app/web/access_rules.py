"""Who may use which route: one table, and what is not in it is refused to everybody.

A new route needs a line here, ``"METHOD /path": Rule(Permission...)``; ``tests/web/test_access.py`` names the ones that
lack it. ``Rule.event`` notes in the audit trail that somebody saw or took patient data; reading routes have one.
"""

from dataclasses import dataclass

from app.schemas.audit import AuditAction
from app.schemas.permissions import Permission


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of its caller.

    Without ``permission`` it is open to everybody. ``event`` is noted once it answered. ``is_background`` marks what an
    open page asks by itself: it keeps no session alive. ``is_open_on_this_machine`` lets programs on the server itself
    in without a token. ``is_password_change`` stays open to a person who has to choose a password first.
    """

    permission: Permission | None
    event: AuditAction | None = None
    is_background: bool = False
    is_open_on_this_machine: bool = False
    is_password_change: bool = False


OPEN = Rule(None)
_OWN = Rule(Permission.OWN_ACCOUNT)
_OWN_PASSWORD = Rule(Permission.OWN_ACCOUNT, is_password_change=True)
_READ = Permission.SAMPLES_READ
_WRITE = Rule(Permission.SAMPLES_WRITE)
_SIGN = Rule(Permission.REPORTS_SIGN)
_LABORATORY = Rule(Permission.LABORATORY_MANAGE)
_REVIEW = Rule(Permission.SAMPLES_REVIEW)
_ACCOUNTS = Rule(Permission.ACCOUNTS_MANAGE)
_WEIGHTS = Rule(Permission.WEIGHTS_MANAGE)
_GOLDEN = Rule(Permission.REPORTS_SIGN)
_AUDIT = Permission.AUDIT_READ

ACCESS_RULES: dict[str, Rule] = {
    # What everybody may open.
    "GET /healthz": OPEN,
    "HEAD /healthz": OPEN,
    "GET /readyz": OPEN,
    "HEAD /readyz": OPEN,
    "GET /static": OPEN,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "GET /login/single-sign-on": OPEN,
    "GET /login/single-sign-on/back": OPEN,
    "GET /setup": OPEN,
    "POST /setup": OPEN,
    "GET /metrics": Rule(Permission.METRICS_READ, is_open_on_this_machine=True),
    # What belongs to one's own account.
    "POST /logout": _OWN_PASSWORD,
    "GET /account": _OWN,
    "GET /account/password": _OWN_PASSWORD,
    "POST /account/password": _OWN_PASSWORD,
    "POST /account/sessions/{session_id}/revoke": _OWN,
    "POST /account/single-sign-on": _OWN,
    "POST /account/single-sign-on/unlink": _OWN,
    # Pages about samples.
    "GET /": Rule(_READ),
    "GET /example.jpg": Rule(_READ),
    "POST /example": _WRITE,
    "POST /samples": _WRITE,
    "POST /samples/{sample_id}/images": _WRITE,
    "GET /samples": Rule(_READ, AuditAction.SAMPLES_LISTED),
    "GET /samples/{sample_id}": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "GET /samples/{sample_id}/fragments": Rule(_READ, AuditAction.SAMPLE_VIEWED, is_background=True),
    "GET /samples/{sample_id}/events": Rule(_READ, AuditAction.SAMPLE_VIEWED, is_background=True),
    "GET /samples/{sample_id}/second-reading": Rule(Permission.SAMPLES_REVIEW, AuditAction.SAMPLE_VIEWED),
    "POST /samples/{sample_id}/second-reading": _REVIEW,
    "GET /samples/{sample_id}/second-reading/{reading_id}": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "GET /samples/{sample_id}/counts.csv": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/sample.json": Rule(_READ, AuditAction.EXPORTED),
    "GET /images/{image_id}/content": Rule(_READ, AuditAction.IMAGE_VIEWED),
    "GET /images/{image_id}/display": Rule(_READ, AuditAction.IMAGE_VIEWED),
    "GET /images/{image_id}/result.json": Rule(_READ, AuditAction.EXPORTED),
    "GET /images/{image_id}/cells.csv": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/images/{image_id}": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "GET /queue": Rule(_READ, AuditAction.QUEUE_VIEWED),
    "GET /queue/fragments": Rule(_READ, AuditAction.QUEUE_VIEWED, is_background=True),
    "GET /queue/events": Rule(_READ, AuditAction.QUEUE_VIEWED, is_background=True),
    # The same for programs.
    "GET /api/v1/queue": Rule(_READ, AuditAction.QUEUE_VIEWED),
    "GET /api/v1/openapi.json": Rule(_READ),
    "POST /api/v1/samples": _WRITE,
    "GET /api/v1/samples": Rule(_READ, AuditAction.SAMPLES_LISTED),
    "GET /api/v1/samples/{sample_id}": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "POST /api/v1/samples/{sample_id}/images": _WRITE,
    "GET /api/v1/images/{image_id}/result": Rule(_READ, AuditAction.RESULT_VIEWED),
    # What is known and measured of a sample besides its images; reference ranges.
    "GET /samples/{sample_id}/edit": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "POST /samples/{sample_id}/edit": _WRITE,
    "GET /samples/{sample_id}/measurements": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "POST /samples/{sample_id}/measurements": _WRITE,
    "GET /reference-ranges": Rule(_READ),
    "GET /reference-ranges/{version}": Rule(_READ),
    # What is decided about images that are not counted.
    "POST /images/{image_id}/cancel": _WRITE,
    "POST /images/{image_id}/retry": _WRITE,
    "POST /images/{image_id}/set-aside": _WRITE,
    "POST /images/{image_id}/take-back": _WRITE,
    "POST /api/v1/images/{image_id}/cancel": _WRITE,
    "POST /api/v1/images/{image_id}/retry": _WRITE,
    "POST /api/v1/images/{image_id}/set-aside": _WRITE,
    "POST /api/v1/images/{image_id}/take-back": _WRITE,
    "POST /samples/{sample_id}/cancel": _WRITE,
    "POST /samples/{sample_id}/retry": _WRITE,
    "POST /api/v1/samples/{sample_id}/cancel": _WRITE,
    "POST /api/v1/samples/{sample_id}/retry": _WRITE,
    "POST /batches/{batch_id}/cancel": _WRITE,
    "POST /batches/{batch_id}/retry": _WRITE,
    "POST /api/v1/batches/{batch_id}/cancel": _WRITE,
    "POST /api/v1/batches/{batch_id}/retry": _WRITE,
    # Batches: their pages, and what browsers and programs send to.
    "GET /batches": Rule(_READ, AuditAction.BATCHES_LISTED),
    "GET /batches/new": Rule(_READ),
    "GET /batches/{batch_id}/send": _WRITE,
    "GET /batches/{batch_id}": Rule(_READ, AuditAction.BATCH_VIEWED),
    "GET /batches/{batch_id}/fragments": Rule(_READ, AuditAction.BATCH_VIEWED, is_background=True),
    "GET /batches/{batch_id}/events": Rule(_READ, AuditAction.BATCH_VIEWED, is_background=True),
    "POST /sending/batches": _WRITE,
    "POST /sending/batches/preview": Rule(_READ),
    "GET /sending/batches": Rule(_READ, AuditAction.BATCHES_LISTED),
    "GET /sending/batches/{batch_id}": Rule(_READ, AuditAction.BATCH_VIEWED),
    "POST /sending/batches/{batch_id}/files": _WRITE,
    "GET /sending/batches/{batch_id}/files": Rule(_READ, AuditAction.BATCH_VIEWED),
    "POST /sending/batches/{batch_id}/complete": _WRITE,
    "OPTIONS /sending/batches/{batch_id}/uploads": _WRITE,
    "POST /sending/batches/{batch_id}/uploads": _WRITE,
    "HEAD /sending/batches/{batch_id}/files/{file_id}": _WRITE,
    "GET /sending/batches/{batch_id}/files/{file_id}": Rule(_READ, AuditAction.BATCH_VIEWED),
    "PATCH /sending/batches/{batch_id}/files/{file_id}": _WRITE,
    "POST /api/v1/batches": _WRITE,
    "POST /api/v1/batches/preview": Rule(_READ),
    "GET /api/v1/batches": Rule(_READ, AuditAction.BATCHES_LISTED),
    "GET /api/v1/batches/{batch_id}": Rule(_READ, AuditAction.BATCH_VIEWED),
    "POST /api/v1/batches/{batch_id}/files": _WRITE,
    "GET /api/v1/batches/{batch_id}/files": Rule(_READ, AuditAction.BATCH_VIEWED),
    "POST /api/v1/batches/{batch_id}/complete": _WRITE,
    "OPTIONS /api/v1/batches/{batch_id}/uploads": _WRITE,
    "POST /api/v1/batches/{batch_id}/uploads": _WRITE,
    "HEAD /api/v1/batches/{batch_id}/files/{file_id}": _WRITE,
    "GET /api/v1/batches/{batch_id}/files/{file_id}": Rule(_READ, AuditAction.BATCH_VIEWED),
    "PATCH /api/v1/batches/{batch_id}/files/{file_id}": _WRITE,
    # Looking closely, and correcting.
    "GET /images/{image_id}": Rule(_READ, AuditAction.IMAGE_VIEWED),
    "GET /samples/{sample_id}/fields/{image_id}": Rule(_READ, AuditAction.IMAGE_VIEWED),
    "GET /samples/{sample_id}/gallery": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "GET /images/{image_id}/crops/{analysis_id}/{origin}-{cell_class}-{number}.jpg": Rule(
        _READ, AuditAction.IMAGE_VIEWED
    ),
    "GET /images/{image_id}/review": Rule(_READ, AuditAction.RESULT_VIEWED),
    "GET /images/{image_id}/edits": Rule(_READ, AuditAction.RESULT_VIEWED, is_background=True),
    "POST /images/{image_id}/edits": Rule(Permission.SAMPLES_REVIEW),
    "GET /api/v1/images/{image_id}/review": Rule(_READ, AuditAction.RESULT_VIEWED),
    "GET /api/v1/images/{image_id}/edits": Rule(_READ, AuditAction.RESULT_VIEWED, is_background=True),
    "POST /api/v1/images/{image_id}/edits": Rule(Permission.SAMPLES_REVIEW),
    # The manual counter.
    "GET /counter": _REVIEW,
    "POST /counter": _REVIEW,
    "POST /counter/draft": _REVIEW,
    "POST /counter/preference": _REVIEW,
    "GET /samples/{sample_id}/differentials": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "POST /samples/{sample_id}/differentials/{differential_id}/withdraw": _REVIEW,
    "GET /api/v1/samples/{sample_id}/differentials": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    # Quality.
    "GET /quality": Rule(_READ, AuditAction.QUALITY_VIEWED),
    "GET /quality/overrides": Rule(_READ, AuditAction.QUALITY_VIEWED),
    "GET /quality/lots/{lot_id}": Rule(_READ, AuditAction.QUALITY_VIEWED),
    "GET /api/v1/quality/lots": Rule(_READ, AuditAction.QUALITY_VIEWED),
    "GET /api/v1/quality/lots/{lot_id}/runs": Rule(_READ, AuditAction.QUALITY_VIEWED),
    "POST /quality/lots": _LABORATORY,
    "POST /quality/lots/{lot_id}/close": _LABORATORY,
    "POST /quality/lots/{lot_id}/runs": _REVIEW,
    "POST /quality/runs/{run_id}/decide": _REVIEW,
    "POST /quality/checks/{check_id}/accept": _LABORATORY,
    # Looking back.
    "GET /samples/{sample_id}/look-back": Rule(_READ, AuditAction.SAMPLE_VIEWED),
    "GET /images/{image_id}/analyses/{analysis_id}": Rule(_READ, AuditAction.IMAGE_VIEWED),
    # The reference library.
    "GET /library": Rule(_READ, AuditAction.LIBRARY_VIEWED),
    "GET /library/pictures.jpg": Rule(_READ, AuditAction.LIBRARY_VIEWED),
    "POST /library/cells": _REVIEW,
    "POST /library/cells/{reference_cell_id}/remove": _REVIEW,
    # Signing, and what was signed.
    "GET /samples/{sample_id}/sign": Rule(Permission.REPORTS_SIGN, AuditAction.SAMPLE_VIEWED),
    "POST /samples/{sample_id}/sign": _SIGN,
    "POST /samples/{sample_id}/reports/correction": _SIGN,
    "GET /samples/{sample_id}/reports": Rule(_READ, AuditAction.REPORT_VIEWED),
    "GET /samples/{sample_id}/reports/draft.pdf": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/reports/{version}.pdf": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/reports/{version}.json": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/reports/{version}.csv": Rule(_READ, AuditAction.EXPORTED),
    "GET /samples/{sample_id}/reports/{version}": Rule(_READ, AuditAction.REPORT_VIEWED),
    "GET /api/v1/samples/{sample_id}/reports": Rule(_READ, AuditAction.REPORT_VIEWED),
    "GET /api/v1/samples/{sample_id}/reports/{version}.pdf": Rule(_READ, AuditAction.EXPORTED),
    "GET /api/v1/samples/{sample_id}/reports/{version}": Rule(_READ, AuditAction.REPORT_VIEWED),
    "GET /api/v1/samples/{sample_id}/reports/{version}/verification": Rule(_READ, AuditAction.REPORT_VIEWED),
    # What an admin does.
    "GET /admin/accounts": _ACCOUNTS,
    "POST /admin/accounts": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/role": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/full-name": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/disable": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/enable": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/reset-password": _ACCOUNTS,
    "POST /admin/accounts/{account_id}/unlink": _ACCOUNTS,
    "POST /admin/sessions/{session_id}/revoke": _ACCOUNTS,
    "POST /images/{image_id}/golden": _GOLDEN,
    "POST /images/{image_id}/golden/withdraw": _GOLDEN,
    "GET /admin/weights": _WEIGHTS,
    "POST /admin/weights": _WEIGHTS,
    "GET /admin/weights/{release_id}": _WEIGHTS,
    "POST /admin/weights/{release_id}/evaluate": _WEIGHTS,
    "POST /admin/weights/{release_id}/activate": _WEIGHTS,
    "POST /admin/weights/rollback": _WEIGHTS,
    "POST /admin/weights/activations/{activation_id}/approve": _WEIGHTS,
    "POST /admin/weights/activations/{activation_id}/decline": _WEIGHTS,
    "GET /admin/weights/drawn/{place}.png": _WEIGHTS,
    "GET /admin/tokens": _ACCOUNTS,
    "POST /admin/tokens": _ACCOUNTS,
    "POST /admin/tokens/{token_id}/revoke": _ACCOUNTS,
    "GET /admin/profiles": _LABORATORY,
    "POST /admin/profiles": _LABORATORY,
    "GET /admin/profiles/{profile_id}": _LABORATORY,
    "POST /admin/profiles/{profile_id}": _LABORATORY,
    "POST /admin/profiles/{profile_id}/archive": _LABORATORY,
    "POST /admin/profiles/{profile_id}/restore": _LABORATORY,
    "GET /admin/reference-ranges": _LABORATORY,
    "POST /admin/reference-ranges": _LABORATORY,
    "GET /admin/privacy": Rule(Permission.LABORATORY_MANAGE, AuditAction.SAMPLES_LISTED),
    "POST /admin/privacy/retention": _LABORATORY,
    "POST /admin/privacy/patient": _LABORATORY,
    "POST /admin/privacy/patient/export": _LABORATORY,
    "POST /admin/privacy/patient/erase": _LABORATORY,
    "GET /admin/audit": Rule(_AUDIT, AuditAction.AUDIT_VIEWED),
    "GET /admin/audit/export": Rule(_AUDIT, AuditAction.AUDIT_EXPORTED),
    "POST /admin/audit/verify": Rule(_AUDIT),
}
"""The rule of every route, by method and path as the route declares it; a mounted folder by ``GET`` and its path."""

OPEN_FORMS = frozenset(
    route.removeprefix("POST ") for route, rule in ACCESS_RULES.items() if rule is OPEN and route.startswith("POST ")
)
"""Paths to which anybody may send something: a few lines, never a file."""
