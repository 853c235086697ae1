"""Whether weights are worse than those that count: one plain rule, class by class, with a margin that an admin sets."""

from collections.abc import Iterator

from app.schemas.weights_report import ClassComparison, EvaluationReport, GroupComparison

LEAST_CELLS = 10
"""With fewer reference cells a single one would decide."""

CLASS_WORDS = {"RBC": "red cells", "WBC": "white cells", "PLT": "platelets"}
GROUP_WORDS = {"drawn": "drawn fields", "reviewed": "reviewed fields", "data set": "the data set"}


def worse_findings(report: EvaluationReport, *, margin_points: float) -> tuple[str, ...]:
    """In what the candidate is worse by more than ``margin_points`` percentage points, one sentence each.

    Compared are, by group of fields and class with at least ``LEAST_CELLS`` reference cells, F1 and the count error;
    of fields that are no drawings also the share of cells that are named rightly; and everywhere the refused fields.
    """
    return tuple(finding for group in report.groups for finding in _of_group(group, margin_points))


def _of_group(group: GroupComparison, margin_points: float) -> Iterator[str]:
    words = GROUP_WORDS[group.group]
    for row in group.classes:
        yield from _of_class(row, words, margin_points)
    refused = max((row.candidate.refused - row.baseline.refused for row in group.classes), default=0)
    if refused > 0:
        yield f"{words.capitalize()}: {refused} more refused than by the active weights."
    if group.group == "drawn":
        return
    for names in group.names:
        if names.reference < LEAST_CELLS:
            continue
        lost = 100 * (names.baseline - names.candidate) / names.reference
        if lost > margin_points:
            yield (
                f"{CLASS_WORDS[names.cell_class].capitalize()} in {words}: {names.candidate} of {names.reference} "
                f"named rightly, {names.baseline} by the active weights."
            )


def _of_class(row: ClassComparison, words: str, margin_points: float) -> Iterator[str]:
    if row.reference < LEAST_CELLS:
        return
    name = CLASS_WORDS[row.cell_class].capitalize()
    one, other = row.candidate, row.baseline
    # Nothing counted of cells that are there has no precision, and an F1 of 0.
    f1, other_f1 = one.f1 or 0.0, other.f1 or 0.0
    if 100 * (other_f1 - f1) > margin_points:
        yield f"{name} in {words}: F1 {f1:.3f}, with the active weights {other_f1:.3f}."
    if one.count_error is not None and other.count_error is not None:
        more = 100 * (one.count_error - other.count_error)
        if more > margin_points:
            yield (
                f"{name} in {words}: count error {100 * one.count_error:.1f} %, with the active weights "
                f"{100 * other.count_error:.1f} %."
            )
