"""What is told of second readings before a sample is signed, and signed along."""

from collections.abc import Sequence

from app.schemas.second_readings import SecondReading
from app.schemas.sign_checks import SignCheck


def second_reading_checks(
    sample_id: int, readings: Sequence[SecondReading], *, is_required: bool
) -> tuple[SignCheck, ...]:
    """How far each second reader agreed; where a laboratory requires one and there is none, that forbids to sign."""
    if not readings and is_required:
        return (
            SignCheck(
                code="second_reading_missing",
                title="Not read a second time",
                message="This laboratory signs a sample only once a second person has named its white cells.",
                next_step="Ask a person who named none of these cells to do the second reading.",
                link=f"/samples/{sample_id}/second-reading",
                is_blocking=True,
            ),
        )
    return tuple(_check(reading) for reading in readings)


def _check(reading: SecondReading) -> SignCheck:
    differing, cells = len(reading.differing), len(reading.cells)
    return SignCheck(
        code=f"second_reading_{reading.id}",
        title=f"Second reading by {reading.read_by}",
        message=f"{cells - differing:,} of {cells:,} white cells were called the same; kappa {_kappa(reading)}.",
        next_step="Look at the cells that the two call differently, and correct those that the first reader got wrong.",
        link=f"/samples/{reading.sample_id}/second-reading/{reading.id}",
    )


def _kappa(reading: SecondReading) -> str:
    if reading.kappa is not None and (reading.kappa_low is None or reading.kappa_high is None):
        return f"{reading.kappa:.2f} (95 % interval not available)"
    if reading.kappa is None:
        return "not available (both used one name for all)"
    return f"{reading.kappa:.2f} (95 % interval {reading.kappa_low:.2f} to {reading.kappa_high:.2f})"
