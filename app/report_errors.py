"""What is refused about reports: signing, what it freezes, and corrections; part of the tree of ``app.errors``.

::

    BloodcountError
    ├── NotFound                        404
    │   └── ReportNotFound                   report_not_found
    ├── Conflict                        409
    │   ├── SampleSigned                     sample_signed
    │   ├── SigningBlocked                   signing_blocked
    │   ├── ReportOutdated                   report_outdated
    │   └── NothingToCorrect                 nothing_to_correct
    ├── InvalidInput                    422
    │   └── ChecksNotAcknowledged            checks_not_acknowledged
    └── ReportDamaged                   500  report_damaged
"""

from collections.abc import Sequence

from app.errors import BloodcountError, Conflict, InvalidInput, NotFound


class ReportNotFound(NotFound):
    """The sample has no signed report of this version."""

    code = "report_not_found"

    def __init__(self, sample_id: int, version: int) -> None:
        super().__init__(
            f"Sample number {sample_id} has no signed report of version {version}; its page of reports lists them all."
        )


class SampleSigned(Conflict):
    """The sample is signed, so its cells, images and data stand still until a correction is opened."""

    code = "sample_signed"

    def __init__(self, sample_id: int) -> None:
        super().__init__(
            "This sample is signed, so its cells, images and data cannot be changed and nothing was. To change "
            f"something, open a correction with its reason at /samples/{sample_id}/reports."
        )
        self.sample_id = sample_id


class SigningBlocked(Conflict):
    """The sample cannot be signed as it stands."""

    code = "signing_blocked"

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"This sample cannot be signed yet: {' '.join(reasons)}")


class ReportOutdated(Conflict):
    """What would be signed is no longer what was shown."""

    code = "report_outdated"

    def __init__(self) -> None:
        super().__init__(
            "The counts have changed since you opened this page, or the sample's data have; nothing was signed. "
            "Look at what stands here now, and sign again."
        )


class NothingToCorrect(Conflict):
    """A correction is opened only of a report that is signed, and once."""

    code = "nothing_to_correct"

    def __init__(self, *, is_open: bool) -> None:
        told = (
            "A correction of this report is open already; make the changes and sign the new version."
            if is_open
            else "This sample has no signed report, so it can be changed as it is."
        )
        super().__init__(told)


class ChecksNotAcknowledged(InvalidInput):
    """Something that has to be known before signing was not acknowledged."""

    code = "checks_not_acknowledged"

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__("acknowledged", f"Not acknowledged yet: {'; '.join(titles)}. Tick each one, or mend it first.")


class ReportDamaged(BloodcountError):
    """A signed report is stored in a form that nobody can read any more."""

    code = "report_damaged"

    def __init__(self, sample_id: int, version: int) -> None:
        super().__init__(
            f"Report version {version} of sample number {sample_id} is not as it was signed and cannot be read. "
            "Restore it from a backup; 'bloodcount report verify' tells which reports are damaged."
        )
