"""Whether cells lie on the fields as evenly as chance would have it, or clumped."""

from collections.abc import Sequence

from app.schemas.figures import Evenness
from model.types import Notice

UNEVEN_BELOW = 0.01
"""A smear of evenly spread cells is called uneven once in a hundred times (reference/clinical.md 3.3)."""

FEWEST_PER_FIELD = 5
"""Mean cells a field from which chi-squared is a fair approximation (Cochran 1954, Biometrics 10:417)."""


def field_evenness(counts: Sequence[int]) -> Evenness:
    """The index of dispersion of the counts of fields of equal size, in cells, and its test.

    D = sum (x - mean)^2 / mean has about a chi-squared distribution with k - 1 degrees of freedom where chance alone
    spreads the cells; the index is D / (k - 1) (Fisher 1925, Statistical Methods for Research Workers, section 16).
    """
    fields = len(counts)
    if fields < 2:  # noqa: PLR2004 - one field cannot differ from another
        return _untested(fields, None, "too_few_fields", "Evenness needs at least two counted fields.")
    mean = sum(counts) / fields
    if mean < FEWEST_PER_FIELD:
        message = f"Evenness needs {FEWEST_PER_FIELD} cells a field on average; there are {mean:.1f}."
        return _untested(fields, mean, "too_few_cells", message)
    from scipy.special import gammaincc  # noqa: PLC0415 - takes a third of a second, which no start should wait for

    d = sum((count - mean) ** 2 for count in counts) / mean
    p_value = float(gammaincc((fields - 1) / 2, d / 2))
    return Evenness(
        fields=fields,
        mean=mean,
        dispersion=d / (fields - 1),
        p_value=p_value,
        is_uneven=p_value < UNEVEN_BELOW,
        reason=None,
    )


def untested_evenness(fields: int) -> Evenness:
    """What stands for the evenness of fields that do not show equal areas."""
    message = "The images have different sizes, so their counts cannot be compared field by field."
    return _untested(fields, None, "different_field_sizes", message)


def _untested(fields: int, mean: float | None, code: str, message: str) -> Evenness:
    return Evenness(
        fields=fields, mean=mean, dispersion=None, p_value=None, is_uneven=False, reason=Notice(code, message)
    )
