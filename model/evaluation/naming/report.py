"""The figures of naming, set by set and reading by reading, as one JSON-ready table."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from model.decoding import NamingSettings
from model.evaluation.bootstrap import RESAMPLES, SEED
from model.evaluation.naming.figures import set_figures
from model.evaluation.naming.labels import NAMING_SETS
from model.evaluation.naming.named_cells import NamedCell


def naming_table(cells: Sequence[NamedCell], settings: NamingSettings, *, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The figures of every set that has cells (``set_figures``), with the settings under which they were named."""
    sets = {}
    for one in NAMING_SETS:
        of_set = [cell for cell in cells if cell.source in one.sources]
        if of_set:
            sets[one.name] = {
                reading.name: set_figures(of_set, reading, resamples=resamples) for reading in one.readings
            }
    return {
        "settings": asdict(settings),
        "resampling": {"resamples": resamples, "seed": SEED, "unit": "original", "percent": 95},
        "sets": sets,
    }
