"""The model card's tables of the gate: its limits, and how it did."""

from collections.abc import Iterator
from typing import Any

from model.quality import GATE_WARNINGS, GateSettings


def gate_tables(gate: GateSettings | None) -> list[str]:
    """Markdown lines, with the blank ones before; none for weights without a gate."""
    if gate is None:
        return []
    told = ", ".join(f"{name} {count}" for name, count in gate.learnt_from.items())
    lines = ["", f"The gate's limits, learnt from fields and pictures that judge nothing ({told}):", "", *_limits(gate)]
    figures = gate.figures
    if "smears" in figures:
        lines += ["", "The gate on fields and pictures that it did not learn from:", "", *_refusals(figures)]
    if "faults" in figures:
        lines += ["", "Fields with a simulated fault; *told* are those with the warning that names it:", ""]
        lines += list(_faults(figures["faults"]))
    return lines


def _limits(gate: GateSettings) -> Iterator[str]:
    yield "| outcome | when | limit |"
    yield "|---|---|---|"
    rows = (
        ("`not_a_smear` (refused)", "likeness to a smear, 0 to 1, below", f"{gate.likeness.least:.3f}"),
        ("`unfamiliar_smear`", "distance from the fields learnt from above", f"{gate.most_distance:.2f}"),
        (
            "`out_of_focus`",
            "width of red cells' edges, a cell being 50 px wide, above",
            f"{gate.most_edge_width_px:.1f} px",
        ),
        ("`underexposed`", "brightness of the background below", f"{gate.least_background_brightness:.1%}"),
        ("`overexposed`", "white pixels of the background above", f"{gate.most_clipped_share:.1%}"),
        ("`colour_cast`", "red to green of the background beyond", _range(gate.background_red_to_green)),
        ("`colour_cast`", "blue to green of the background beyond", _range(gate.background_blue_to_green)),
        ("`too_thick`", "area within cells above", f"{gate.most_covered_share:.1%}"),
        ("`too_thick`", "red cells lying on another above", f"{gate.most_overlapping_share:.1%}"),
        ("`too_thin`", "red cells on 100 red cells' squares below", f"{gate.least_red_cells_per_100:.1f}"),
    )
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _refusals(figures: dict[str, Any]) -> Iterator[str]:
    smears, pictures = figures["smears"], figures["not_smears"]
    yield f"| | of | refused | {' | '.join(GATE_WARNINGS)} |"
    yield f"|---|---|---|{'---|' * len(GATE_WARNINGS)}"
    for source, counts in smears["by_source"].items():
        told = " | ".join(str(counts.get(code, 0)) for code in GATE_WARNINGS)
        yield f"| {source} | {counts['fields']} | {counts.get('refused', 0)} | {told} |"
    yield f"| all smears | {smears['fields']} | {smears['refused']} | {' | ' * (len(GATE_WARNINGS) - 1)} |"
    yield f"| no smears | {pictures['pictures']} | {pictures['refused']} | {' | ' * (len(GATE_WARNINGS) - 1)} |"


def _faults(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| fault | fields | warning wanted | told | refused | other warnings |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        others = ", ".join(f"{code} {count}" for code, count in row["warnings"].items() if code != row["wanted"])
        told = "" if row["wanted"] is None else row["told"]
        yield f"| {row['fault']} | {row['fields']} | {row['wanted'] or 'none'} | {told} | {row['refused']} | {others} |"


def _range(limits: tuple[float, float]) -> str:
    return f"{limits[0]:.2f} to {limits[1]:.2f}"
