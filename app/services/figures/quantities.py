"""The quantities of a sample that can be set against those of another one, or against a control's target."""

from collections.abc import Iterator

from app.schemas.analytes import Analyte
from app.schemas.findings import Interval
from app.schemas.quantities import Quantity, QuantityWords
from app.schemas.samples import SampleDetail
from app.services.figures.cell_ratios import cells_per_1000_rbc
from app.services.figures.findings import WHITE_CELL_TYPES

_PER_1000 = "per 1000 RBC"

QUANTITY_WORDS: dict[str, QuantityWords] = {
    "neutrophil_percent": QuantityWords(name="Neutrophils", unit="%", decimals=1),
    "lymphocyte_percent": QuantityWords(name="Lymphocytes", unit="%", decimals=1),
    "monocyte_percent": QuantityWords(name="Monocytes", unit="%", decimals=1),
    "eosinophil_percent": QuantityWords(name="Eosinophils", unit="%", decimals=1),
    "basophil_percent": QuantityWords(name="Basophils", unit="%", decimals=1),
    "immature_granulocyte_percent": QuantityWords(name="Immature granulocytes", unit="%", decimals=1),
    "wbc_per_1000_rbc": QuantityWords(name="White cells", unit=_PER_1000, decimals=2),
    "plt_per_1000_rbc": QuantityWords(name="Platelets", unit=_PER_1000, decimals=1),
    "rbc": QuantityWords(name="RBC concentration", unit="10\u00b9\u00b2/L", decimals=2),
    "wbc": QuantityWords(name="WBC concentration", unit="10\u2079/L", decimals=2),
    "plt": QuantityWords(name="PLT concentration", unit="10\u2079/L", decimals=0),
}
"""In the order in which they are shown."""

_CONCENTRATIONS = (Analyte.RBC, Analyte.WBC, Analyte.PLT)


def sample_quantities(sample: SampleDetail) -> dict[str, Quantity]:
    """What there is of a sample; what its counts cannot give is left out."""
    found = {one.name: one for one in (*_shares(sample), *_ratios(sample), *_concentrations(sample))}
    return {name: found[name] for name in QUANTITY_WORDS if name in found}


def _shares(sample: SampleDetail) -> Iterator[Quantity]:
    differential = sample.differential
    for subtype in WHITE_CELL_TYPES if differential else ():
        share = differential.types[subtype.value] if differential else None
        if share is None or share.percent is None or share.low is None or share.high is None:
            continue
        yield Quantity(
            name=f"{subtype.value}_percent",
            value=share.percent,
            interval=Interval(low=share.low, high=share.high),
            seen=share.n,
            of=differential.identified if differential else 0,
        )


def _ratios(sample: SampleDetail) -> Iterator[Quantity]:
    counts = sample.counts
    if counts is None or counts.RBC == 0:
        return
    for code in ("WBC", "PLT"):
        cells = counts.shown(code) or 0
        ratio = cells_per_1000_rbc(cells, counts.RBC)
        yield Quantity(
            name=f"{code.lower()}_per_1000_rbc", value=ratio.value, interval=ratio.interval, seen=cells, of=counts.RBC
        )


def _concentrations(sample: SampleDetail) -> Iterator[Quantity]:
    """One a class: the first method that gave a value, in the order in which the methods are trusted."""
    for analyte in _CONCENTRATIONS:
        for one in sample.figures.concentrations:
            if one.analyte is analyte and one.value is not None and one.method is not None:
                yield Quantity(name=analyte.value, value=one.value, interval=one.interval, method=one.method.value)
                break
