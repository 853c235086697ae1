"""What a corrected report changes: the figures and sample data that differ from the version it replaces."""

from app.schemas.signed_reports import ReportChange, ReportContent

_Figure = str | int | float | None
_DECIMALS = 4
NO_METHOD = "none"
"""Stands in a change's name for the method of a concentration that does not exist."""

_SAMPLE_DATA = ("accession_number", "patient_code", "sex", "age", "stain", "note", "acquisition")


def compute_changes(former: ReportContent, now: ReportContent) -> tuple[ReportChange, ...]:
    """Every figure of ``now`` that ``former`` gave otherwise, in the order in which a report shows them."""
    before, after = _figures(former), _figures(now)
    names = dict.fromkeys((*after, *before))
    return tuple(
        ReportChange(what=name, was=before.get(name), now=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _figures(content: ReportContent) -> dict[str, _Figure]:
    figures: dict[str, _Figure] = {f"sample.{name}": _sample_value(content, name) for name in _SAMPLE_DATA}
    figures |= {f"counts.{code}": count for code, count in (content.counts or {}).items()}
    if content.differential is not None:
        figures |= {f"differential.{name}": share.n for name, share in content.differential.types.items()}
        figures["differential.unidentified"] = content.differential.unidentified
    if content.morphology is not None:
        for name, share in content.morphology.types.items():
            figures[f"morphology.{name}"] = share.n
            figures[f"grade.{name}"] = share.grade
        figures["morphology.uncategorised"] = content.morphology.uncategorised
    for one in content.figures.concentrations:
        method = one.method.value if one.method else NO_METHOD
        figures[f"concentration.{one.analyte.value}.{method}"] = _rounded(one.value)
    figures["ratio.platelets_per_1000_rbc"] = _rounded(content.figures.platelets_per_1000_rbc.value)
    counted = sum(field.counts is not None for field in content.fields)
    figures["fields.counted"] = counted
    figures["fields.total"] = len(content.fields)
    return figures


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)


def _sample_value(content: ReportContent, name: str) -> _Figure:
    sample = content.sample
    if name == "age":
        return None if sample.age_value is None else f"{sample.age_value} {sample.age_unit}"
    if name == "acquisition":
        return sample.acquisition.name if sample.acquisition else None
    value: str | None = getattr(sample, name)
    return value
