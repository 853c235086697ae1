"""Weights for tests of the jobs: small files that a stand-in counter takes for releases, and steps to add them."""

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path

from app.db.session import Database
from app.jobs.weights_children import CheckFailedError, Progress
from app.schemas.weights_report import ClassComparison, ClassFigures, EvaluationReport, GroupComparison
from app.services.weights.weights_intake import add_release
from app.settings import Settings
from app.storage import ImageStore
from model.classes import CellClass
from model.types import FieldResult, Notice, WeightsIdentity
from model.weights import WeightsRefused
from model.weights.checking import check_release
from tests.hostile_weights import entry, manifest_of, safetensors
from tests.jobs.counters import TEST_WEIGHTS, counted


@dataclass
class NamedCounter:
    """Counts as many red cells as its weights' version says, so that a result tells which weights made it."""

    weights: WeightsIdentity

    def count(self, _: bytes, *, um_per_px: float | None = None) -> FieldResult:  # noqa: ARG002
        """Count one image."""
        return replace(counted(red_cells=int(self.weights.version)), weights=self.weights)


def counter_of(settings: Settings) -> NamedCounter:
    """The counter with the weights that the settings name; the installation's own are version 1.

    Raises:
        RuntimeError: The weights' version is 13, which cannot be loaded.
    """
    if settings.weights_path is None:
        return NamedCounter(TEST_WEIGHTS)
    manifest = json.loads(settings.weights_path.with_suffix(".json").read_text())
    if manifest["version"] == "13":
        raise RuntimeError("these weights cannot be loaded")
    return NamedCounter(WeightsIdentity(manifest["name"], manifest["version"], manifest["sha256"]))


def small_release(version: str) -> tuple[bytes, bytes]:
    """A weights file and its manifest as the stand-in counter takes them; no check would let them pass."""
    content = safetensors({"a": entry([8], [0, 16])}, version.encode().ljust(16))
    return content, manifest_of(content, {"name": "small", "version": version})


def add(database: Database, store: ImageStore, content: bytes, manifest: bytes, *, name: str = "w.safetensors") -> int:
    """Put a file and its manifest into quarantine and return the release's number."""
    return add_release(
        database.unit_of_work, store, file_name=name, content=io.BytesIO(content), manifest=io.BytesIO(manifest)
    )


def report_beside(
    baseline: WeightsIdentity, candidate: WeightsIdentity, *, f1: float = 0.99, counted_cells: int = 100
) -> EvaluationReport:
    """A report on 100 red cells of a reviewed field, in which the weights compared with reach an F1 of 0.99."""

    def figures(value: float) -> ClassFigures:
        return ClassFigures(counted=counted_cells, precision=value, recall=value, f1=value, count_error=0.0, refused=0)

    row = ClassComparison(
        cell_class=CellClass.RED_BLOOD_CELL, reference=100, candidate=figures(f1), baseline=figures(0.99)
    )
    group = GroupComparison(group="reviewed", fields=1, classes=(row,), names=())
    return EvaluationReport(candidate=candidate, baseline=baseline, groups=(group,), changed=())


@dataclass
class QuickChildren:
    """Judges in this process: checks as the child does, and has a report ready for every evaluation."""

    report: EvaluationReport

    def own_identity(self) -> WeightsIdentity:
        """The weights of the installation."""
        return TEST_WEIGHTS

    def check(self, path: Path, _: object) -> WeightsIdentity:
        """Check a file.

        Raises:
            CheckFailedError: It is refused.
        """
        try:
            return check_release(path).identity
        except WeightsRefused as refusal:
            raise CheckFailedError(Notice(refusal.code, refusal.message)) from refusal

    def evaluate(self, _path: Path, progress: Progress) -> EvaluationReport:
        """The report that was prepared."""
        progress(1, 1)
        return self.report
