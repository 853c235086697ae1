"""The tables that ``bloodcount dataset`` prints: one a step, then the pseudo-labels and what they are worth."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_CLASSES = ("RBC", "WBC", "PLT")


def print_build(report: dict[str, Any]) -> None:
    """What was kept, and the numbers of the four steps, from the report of a build."""
    kept = ((split, source, n) for split, found in report["fields_kept"].items() for source, n in sorted(found.items()))
    _print("Fields kept", ("split", "source", "fields"), kept)
    strays = report["clean"]["stray_files"]
    _print("Clean: stray files", ("source", "hidden", "without labels"), ((s, *n.values()) for s, n in strays.items()))
    _print("Clean: dropped or mended", ("reason", "number"), report["dropped_or_mended"].items())
    _print("Integrate: labels", ("source", "fields", *_CLASSES), _label_rows(report["integrate"]["labels"]))
    _print(
        "Transform: one cell scale; colours are measured, not changed",
        ("source", "red cell px", "scale", "mean RGB", "after"),
        _transform_rows(report["transform"]),
    )
    left_out = report["reduce"]["left_out"]
    _print("Reduce: images left out", ("kind", "images"), left_out.items())
    _print("Reduce: bytes", ("part", "before", "packed"), _size_rows(report["reduce"]))


def print_pseudo_labels(section: dict[str, Any]) -> None:
    """What was filled in, and how it agrees with labels that a person gave."""
    filled = (
        (source, row["fields"], _joined(row["boxes"]), row["ignored_regions"], f"{row['points_met']}/{row['points']}")
        for source, row in section["filled"].items()
    )
    _print("Pseudo-labels", ("source", "fields", "boxes", "ignored", "points met"), filled)
    checked = (
        (
            split,
            code,
            *(_share(rates[code][name]) for name in ("precision", "recall", "ignored", "taught_as_background")),
        )
        for split, rates in section["check"].items()
        for code in _CLASSES
    )
    header = ("split", "class", "precision", "recall", "ignored", "taught as background")
    _print("Checked on TXL-PBC's BCCD fields", header, checked)
    _print("Fields not counted yet", ("fields",), [(section["fields_not_counted"],)])


def _print(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(*header, title=title)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)


def _label_rows(labels: dict[str, Any]) -> Iterable[Sequence[object]]:
    for source, row in labels.items():
        cells = (
            f"{row[code]['boxes']} boxes, {row[code]['points']} points, {_joined(row[code]['modes'])}"
            for code in _CLASSES
        )
        yield source, row["fields"], *cells


def _transform_rows(table: dict[str, Any]) -> Iterable[Sequence[object]]:
    for source, row in table.items():
        colours = ((row[name] or {}).get("mean_rgb", "not packed") for name in ("colour_before", "colour_after"))
        yield source, row["red_cell_diameter_px_before"]["median"], row["scale"]["median"], *colours


def _size_rows(sizes: dict[str, Any]) -> Iterable[Sequence[object]]:
    for source, packed in sizes["bytes_packed"].items():
        yield source, sizes["bytes_of_originals"][source], packed
    yield "index", "", sizes["bytes_index"]
    yield "total", sum(sizes["bytes_of_originals"].values()), sizes["bytes_total"]


def _joined(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _share(value: float | None) -> str:
    return "not available" if value is None else f"{value:.3f}"
