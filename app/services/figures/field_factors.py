"""Concentrations from the mean number of cells a field and a factor that the laboratory has calibrated."""

from app.schemas.figures import Estimate
from app.services.figures.cell_ratios import scaled
from app.services.figures.intervals import count_interval


def concentration_by_factor_per_ul(cells: int, fields: int, factor_per_ul: float) -> Estimate:
    """Cells per microlitre: the mean number a field times the factor of the acquisition profile.

    reference/clinical.md 1.1, F1, F3 and F5 (themislabeledspecimen.com: each laboratory sets its own factor, analyser
    over mean per field of 20 to 30 patients). The interval is the exact one of the pooled count (Garwood), the factor
    taken as exact.

    Raises:
        ValueError: There is no field, or the factor is not positive.
    """
    if fields <= 0 or factor_per_ul <= 0:
        raise ValueError(f"{fields} fields and the factor {factor_per_ul:g} give no concentration")
    count = Estimate(value=float(cells), interval=count_interval(cells))
    return scaled(count, factor_per_ul / fields)
