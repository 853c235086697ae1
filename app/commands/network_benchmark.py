"""The rows of ``bloodcount bench network``: what was timed, and the ratios to Bloodcount's own time."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from model.evaluation.speed import Contestant, Timing


def benchmark_rows(timings: Mapping[Contestant, Timing], own: Contestant) -> list[dict[str, Any]]:
    """One row a contestant, the quickest first; ``ratio`` is its median / the median of ``own``."""
    rows = sorted(timings.items(), key=lambda item: item[1].median_s)
    return [
        {
            **contestant._asdict(),
            "median_ms": round(timing.median_s * 1000, 1),
            "fastest_ms": round(timing.fastest_s * 1000, 1),
            "ratio": round(timing.median_s / timings[own].median_s, 3),
        }
        for contestant, timing in rows
    ]


def benchmark_table(rows: list[dict[str, Any]]) -> Table:
    """The rows for a terminal."""
    table = Table("detector", "engine", "from", "median ms", "fastest ms", "ratio")
    for row in rows:
        figures = f"{row['median_ms']:.0f}", f"{row['fastest_ms']:.0f}", f"{row['ratio']:.2f}"
        table.add_row(row["detector"], row["engine"], row["image"], *figures)
    return table


def write_rows(path: Path, rows: list[dict[str, Any]], rounds: int) -> None:
    """Keep the rows with what they depend on: the machine, the threads and the libraries.

    Raises:
        OSError: The file cannot be written.
    """
    import torch

    conditions = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "rounds": rounds,
    }
    path.write_text(json.dumps({**conditions, "rows": rows}, indent=2) + "\n", encoding="utf-8")
