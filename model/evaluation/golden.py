"""``python -m model.evaluation.golden TASK``: count the golden fields with two weights and compare them.

``TASK`` is a JSON file, see ``GoldenTask``. The report goes to ``REPORT_FILE`` beside it, and the number of fields done
and to do to ``PROGRESS_FILE`` after each. Weights or a data set that cannot be used are told on standard output, as one
JSON object ``{"code", "message"}``.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from model.evaluation.golden_comparison import compare, count_golden
from model.evaluation.golden_fields import golden_fields
from model.inference import CellCounter, DeviceUnavailable, EngineUnavailable, load_cell_counter
from model.preprocessing import ImageLimits
from model.weights import WeightsRefused

REPORT_FILE = "report.json"
PROGRESS_FILE = "progress.json"
_KINDNESS = 10


@dataclass(frozen=True, slots=True)
class GoldenTask:
    """What is to be compared: weights files (None: the weights shipped), on which device, how, and a data set."""

    candidate: str
    baseline: str | None
    device: str
    engine: str
    torch_threads: int | None
    max_file_bytes: int
    max_pixels: int
    data_set: str | None


def main(path: Path) -> None:
    """Do one task, behind everything else that this machine does."""
    os.nice(_KINDNESS)
    task = GoldenTask(**json.loads(path.read_text()))
    if task.torch_threads is not None:
        torch.set_num_threads(task.torch_threads)
    try:
        _write(path.with_name(REPORT_FILE), json.dumps(_compared(task, path.parent)))
    except (WeightsRefused, DeviceUnavailable, EngineUnavailable) as refusal:
        sys.stdout.write(json.dumps({"code": "evaluation_weights", "message": str(refusal)}))
    except (OSError, ValueError, KeyError) as error:
        sys.stdout.write(json.dumps({"code": "evaluation_fields", "message": f"A golden field is unusable: {error}"}))


def _compared(task: GoldenTask, folder: Path) -> dict[str, object]:
    candidate, baseline = _counter(task, task.candidate), _counter(task, task.baseline)
    fields = golden_fields(folder, Path(task.data_set) if task.data_set else None)
    done = 0

    def counted() -> None:
        nonlocal done
        done += 1
        _write(folder / PROGRESS_FILE, json.dumps([done, 2 * len(fields)]))

    by_baseline = count_golden(baseline, fields, counted)
    by_candidate = count_golden(candidate, fields, counted)
    return {
        "candidate": asdict(candidate.weights),
        "baseline": asdict(baseline.weights),
        **compare(by_candidate, by_baseline),
    }


def _counter(task: GoldenTask, weights: str | None) -> CellCounter:
    limits = ImageLimits(max_file_bytes=task.max_file_bytes, max_pixels=task.max_pixels)
    path = None if weights is None else Path(weights)
    return load_cell_counter(path, device=task.device, engine=task.engine, limits=limits)


def _write(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
