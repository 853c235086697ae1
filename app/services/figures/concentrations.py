"""Concentrations of a sample by each method that its data allow, or the reason why there is none.

A photograph of a smear shows no volume of blood. A concentration comes from a counting chamber, from an analyser's red
cells and the ratio to them, or from a factor that the laboratory found for its microscope and camera; nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.schemas.acquisition_profiles import AcquisitionProfile
from app.schemas.analytes import ANALYTE_WORDS, CLASS_ANALYTES, PER_L_12, WHITE_CELL_ANALYTES
from app.schemas.counts import ClassCounts
from app.schemas.figures import Concentration, ConcentrationMethod, Estimate
from app.schemas.findings import Differential
from app.schemas.measurements import Measurements
from app.services.figures.cell_ratios import concentration_by_ratio_10e9_per_l, scaled
from app.services.figures.chambers import chamber_concentration_per_ul, sides_agree
from app.services.figures.field_factors import concentration_by_factor_per_ul
from model.types import Notice

_AREA_TOLERANCE = 0.02
"""Fields may differ from the calibrated area by so much: rounding of µm/px, not another crop."""

_NO_METHOD = Notice(
    "no_method",
    "A smear alone gives no concentration: enter a chamber count or an analyser's red cells, or choose an acquisition "
    "profile with a calibrated factor.",
)


@dataclass(frozen=True, slots=True)
class CountedFields:
    """What the images of a sample gave: pooled counts, and width and height in pixels of each counted field."""

    counts: ClassCounts | None
    sizes_px: Sequence[tuple[int | None, int | None]]

    @property
    def are_equal(self) -> bool:
        """Whether every field shows as much of the smear as every other, as far as their sizes tell."""
        return len(set(self.sizes_px)) <= 1 and None not in {side for size in self.sizes_px for side in size}


def concentrations(
    fields: CountedFields,
    differential: Differential | None,
    measured: Measurements,
    profile: AcquisitionProfile | None,
) -> tuple[Concentration, ...]:
    """By class an entry for each method that was tried, or one that says why none was; then white cells by type."""
    found: list[Concentration] = []
    for code in CLASS_ANALYTES:
        tried = [
            *_by_chamber(code, measured, differential),
            *_by_ratio(code, fields.counts, measured),
            *_by_factor(code, fields, profile),
        ]
        found += tried or [_none(code, None, "", _NO_METHOD)]
    return (*found, *_by_share(found, differential))


def _by_chamber(code: str, measured: Measurements, differential: Differential | None) -> list[Concentration]:
    count = measured.chamber.get(code)
    if count is None:
        return []
    sides = f"sides A {count.side_a} and B {'not counted' if count.side_b is None else count.side_b}"
    basis = (
        f"{count.squares} squares of {count.square_area_mm2:g} mm², {count.depth_mm:g} mm deep, "
        f"diluted 1:{count.dilution:g}; {sides}"
    )
    if code == "WBC" and differential is not None and differential.nrbc:
        # A chamber shows nuclei, and whose they are nobody can tell (reference/clinical.md 1.1, F6).
        per_100 = differential.nrbc_per_100_wbc
        seen = f"{differential.nrbc:,} on the images" if per_100 is None else f"{per_100:.1f} per 100 WBC on the images"
        basis += f"; a chamber counts nucleated red cells along, and none is taken off ({seen})"
    method = ConcentrationMethod.CHAMBER
    if count.side_b is None:
        return [_none(code, method, basis, Notice("one_side", "Side B is not counted; a chamber is counted twice."))]
    if not sides_agree(count.side_a, count.side_b):
        message = (
            f"Sides A ({count.side_a}) and B ({count.side_b}) differ by more than chance allows, "
            "1.96 √(A + B); fill the chamber anew and count again."
        )
        return [_none(code, method, basis, Notice("sides_differ", message))]
    return [_found(code, method, basis, scaled(chamber_concentration_per_ul(count), _per_ul(code)))]


def _by_ratio(code: str, counts: ClassCounts | None, measured: Measurements) -> list[Concentration]:
    rbc = measured.analyser_rbc_10e12_per_l
    if rbc is None or code == "RBC":
        return []
    on = f", {measured.analyser_on.isoformat()}" if measured.analyser_on else ""
    basis = f"{measured.analyser_name}{on}: RBC {rbc:g} × 10¹²/L"
    method = ConcentrationMethod.RATIO
    if counts is None or counts.RBC == 0:
        return [_none(code, method, basis, Notice("no_red_cells", "No red cell is counted, so there is no ratio."))]
    cells = counts.PLT if code == "PLT" else counts.WBC
    basis += f"; {cells:,} {code} for {counts.RBC:,} RBC"
    return [_found(code, method, basis, concentration_by_ratio_10e9_per_l(cells, counts.RBC, rbc))]


def _by_factor(code: str, fields: CountedFields, profile: AcquisitionProfile | None) -> list[Concentration]:
    factor = profile.factor_per_ul(code) if profile else None
    if profile is None or factor is None:
        return []
    number = len(fields.sizes_px)
    basis = f"{profile.name}: {factor:g} per µL for each cell a field"
    method = ConcentrationMethod.FACTOR
    if fields.counts is None:
        return [_none(code, method, basis, Notice("no_fields", "No field is counted yet."))]
    cells = fields.counts.shown(code) or 0
    basis += f"; {cells:,} in {number} field{'' if number == 1 else 's'}"
    if problem := _unlike_calibration(fields, profile):
        return [_none(code, method, basis, problem)]
    return [_found(code, method, basis, scaled(concentration_by_factor_per_ul(cells, number, factor), _per_ul(code)))]


def _unlike_calibration(fields: CountedFields, profile: AcquisitionProfile) -> Notice | None:
    """Why a factor does not hold for these fields: it is for fields of one area (reference/clinical.md 0.2)."""
    if not fields.are_equal:
        return Notice("different_field_sizes", "The images have different sizes, and a factor is for one field area.")
    width, height = fields.sizes_px[0]
    if profile.um_per_px is None or profile.field_area_mm2 is None or width is None or height is None:
        message = "The profile needs µm per pixel and field area, to tell whether these images show the same area."
        return Notice("area_unknown", message)
    area_mm2 = width * height * (profile.um_per_px / 1000) ** 2
    if abs(area_mm2 / profile.field_area_mm2 - 1) <= _AREA_TOLERANCE:
        return None
    message = (
        f"The images show {area_mm2:.4g} mm² each and the factor is for {profile.field_area_mm2:.4g} mm²; "
        "choose the profile they were taken with."
    )
    return Notice("other_field_area", message)


def _by_share(found: Sequence[Concentration], differential: Differential | None) -> list[Concentration]:
    """White cells by type: percent of the white cells' concentration (reference/clinical.md 1.1, F7).

    Without an interval: that of the share and that of the concentration have no exact product.
    """
    total = next((one for one in found if one.analyte is CLASS_ANALYTES["WBC"] and one.value is not None), None)
    if total is None or total.value is None or differential is None or differential.identified == 0:
        return []
    rows = []
    of_all = f"of {differential.identified} identified white cells, times WBC {_SHORT[total.method]}"
    for name, (analyte, _) in WHITE_CELL_ANALYTES.items():
        share = differential.types[name]
        rows.append(
            Concentration(
                analyte=analyte,
                unit=ANALYTE_WORDS[analyte].unit,
                method=ConcentrationMethod.SHARE,
                value=total.value * (share.percent or 0.0) / 100,
                interval=None,
                basis=f"{share.n} {of_all}",
                reason=None,
            )
        )
    return rows


_SHORT = {
    ConcentrationMethod.CHAMBER: "by chamber",
    ConcentrationMethod.RATIO: "by ratio",
    ConcentrationMethod.FACTOR: "by factor",
    ConcentrationMethod.SHARE: "by share",
    None: "",
}


def _per_ul(code: str) -> float:
    """What one cell a microlitre is in the unit of its class: 10^12/L or 10^9/L."""
    return 1e-6 if ANALYTE_WORDS[CLASS_ANALYTES[code]].unit == PER_L_12 else 1e-3


def _found(code: str, method: ConcentrationMethod, basis: str, estimate: Estimate) -> Concentration:
    empty = _none(code, method, basis, _NO_METHOD)
    return empty.model_copy(update={"value": estimate.value, "interval": estimate.interval, "reason": None})


def _none(code: str, method: ConcentrationMethod | None, basis: str, reason: Notice) -> Concentration:
    analyte = CLASS_ANALYTES[code]
    return Concentration(
        analyte=analyte,
        unit=ANALYTE_WORDS[analyte].unit,
        method=method,
        value=None,
        interval=None,
        basis=basis,
        reason=reason,
    )
