"""What a sample's cells are: the differential and the red-cell morphology, each share with its n and its interval."""

from app.schemas.base import Schema
from model.types import Notice


class Interval(Schema):
    """An exact 95 % confidence interval, in the unit of what it belongs to; both ends are part of it."""

    low: float
    high: float


class Share(Schema):
    """Cells of one kind: ``n`` of them, and their share of all those examined, in percent.

    ``low`` and ``high`` are the exact 95 % interval of the share. All three are None where no cell was examined:
    a share of nothing is not zero.
    """

    n: int
    percent: float | None
    low: float | None
    high: float | None


class GradedShare(Share):
    """Red cells of one type: either ``grade`` is what the scheme calls the share, or ``no_grade`` says why not.

    ``graded_from`` is the fewest categorised red cells from which the scheme grades the type; None where it never does.
    """

    grade: str | None
    no_grade: Notice | None
    graded_from: int | None


class Differential(Schema):
    """The white cells of a sample by type, pooled over its counted images.

    Shares are of the ``identified`` cells: those left for a person (``unidentified``) are in no percentage. Nucleated
    red cells are not among them; ``nrbc_per_100_wbc`` sets them against all white cells counted. It is None where
    no white cell was identified, and both are None where the weights cannot tell such cells.
    """

    identified: int
    unidentified: int
    types: dict[str, Share]
    nrbc: int | None
    nrbc_per_100_wbc: float | None


class SchemeIdentity(Schema):
    """Which grading scheme, in which version, gave the grades."""

    id: str
    version: str
    title: str


class Morphology(Schema):
    """The red cells of a sample by type, pooled over its counted images.

    Shares are of the ``categorised`` cells: those left for a person (``uncategorised``) are in no percentage.
    ``scheme`` is None where the settings ask for no grades.
    """

    categorised: int
    uncategorised: int
    types: dict[str, GradedShare]
    scheme: SchemeIdentity | None
