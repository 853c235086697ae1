"""The run's curves as a picture, drawn anew after every epoch."""

import importlib.util
import json
from pathlib import Path

CURVES_FILE = "curves.png"


def can_draw_curves() -> bool:
    """Whether matplotlib is there; a bare GPU machine trains without it."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_curves(log: Path, picture: Path) -> None:
    """Draw every loss of a run's log over the minutes trained, one panel a loss, and the learning rate."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional, and slow to import

    rows = [json.loads(line) for line in log.read_text().splitlines()]
    names = [name for name in rows[-1] if name.endswith("_loss")] + ["learning_rate"]
    figure = Figure(figsize=(4 * len(names), 3.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        points = [(row["seconds"] / 60, row[name]) for row in rows if name in row]
        axes.plot([minutes for minutes, _ in points], [value for _, value in points], marker=".")
        axes.set_title(name.replace("_", " "))
        axes.set_xlabel("minutes trained")
        axes.grid(visible=True, alpha=0.3)
    figure.savefig(picture, dpi=110)
