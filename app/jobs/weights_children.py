"""The two children that judge weights: one checks a file, the other counts the golden fields with it."""

import json
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import ValidationError

from app.db.repositories import golden_fields, weights
from app.db.session import UnitOfWorkFactory
from app.errors import WeightsUnavailable
from app.jobs.child_process import ChildTooSlowError, run_child
from app.jobs.weights_files import WeightsFiles
from app.schemas.weights_report import EvaluationReport
from app.settings import Settings
from app.storage import ImageStore
from model.types import Notice, WeightsIdentity

log = structlog.get_logger(__name__)

_CHECK_S = 300.0
_EVALUATION_S = 6 * 3600.0
_REVIEWED_INDEX, _TASK_FILE, _REPORT_FILE, _PROGRESS_FILE = "reviewed.json", "task.json", "report.json", "progress.json"

Progress = Callable[[int, int], bool]
"""Told the fields that are done and to do; False ends the evaluation."""


class CheckFailedError(Exception):
    """The weights are refused."""

    def __init__(self, reason: Notice) -> None:
        super().__init__(reason.message)
        self.reason = reason


class EvaluationFailedError(Exception):
    """The weights could not be evaluated."""

    def __init__(self, reason: Notice) -> None:
        super().__init__(reason.message)
        self.reason = reason


class WeightsChildren:
    """Starts the children with what they need, and reads what they answer without believing it."""

    def __init__(
        self, settings: Settings, unit_of_work: UnitOfWorkFactory, store: ImageStore, files: WeightsFiles
    ) -> None:
        self._settings = settings
        self._unit_of_work = unit_of_work
        self._store = store
        self._files = files

    def own_identity(self) -> WeightsIdentity:
        """The weights that the installation came with.

        Raises:
            WeightsUnavailable: They are missing or damaged.
        """
        from model.weights import WeightsRefused, read_manifest, shipped_weights_path  # noqa: PLC0415 - PyTorch

        try:
            path = self._settings.weights_path or shipped_weights_path()
            return read_manifest(path.with_suffix(".json")).identity
        except WeightsRefused as refusal:
            raise WeightsUnavailable(str(refusal)) from refusal

    def check(self, path: Path, may_go_on: Callable[[], bool]) -> WeightsIdentity:
        """Which weights a file holds, once everything about it was found right.

        Raises:
            CheckFailedError: It was not, or the child died or took too long over it.
            ChildStoppedError: ``may_go_on`` said no.
        """
        arguments = ["model.weights.check", path.name]
        try:
            end = run_child(arguments, folder=path.parent, timeout_s=_CHECK_S, may_go_on=may_go_on)
        except ChildTooSlowError:
            raise CheckFailedError(
                Notice("check_time", f"Checking the file took longer than {_CHECK_S:.0f} seconds, so it was given up.")
            ) from None
        answer = _object(end.answer)
        if end.exit_code == 0 and "code" in answer:
            raise CheckFailedError(Notice(str(answer["code"])[:64], str(answer.get("message"))[:2000]))
        if end.exit_code != 0 or not {"name", "version", "sha256"} <= set(answer):
            log.warning("weights_check_died", exit_code=end.exit_code, errors=end.errors[-2000:])
            message = (
                "Checking the file ended the program that does it: it needs more memory or time than a release may."
            )
            raise CheckFailedError(Notice("check_died", message))
        return WeightsIdentity(str(answer["name"]), str(answer["version"]), str(answer["sha256"]))

    def evaluate(self, path: Path, progress: Progress) -> EvaluationReport:
        """How a checked file counts the golden fields, beside the active weights.

        Raises:
            EvaluationFailedError: It cannot be run, or the child died or took too long over it.
            ChildStoppedError: ``progress`` said no.
            StorageUnavailable: The image store does not answer.
            WeightsUnavailable: The active weights cannot be had.
        """
        folder = path.parent
        (folder / _REVIEWED_INDEX).write_text(json.dumps(self._reviewed_fields(folder)))
        (folder / _TASK_FILE).write_text(json.dumps(self._task(path)))
        try:
            end = run_child(
                ["model.evaluation.golden", _TASK_FILE],
                folder=folder,
                timeout_s=_EVALUATION_S,
                may_go_on=lambda: progress(*_progress_of(folder)),
            )
        except ChildTooSlowError:
            raise EvaluationFailedError(
                Notice("evaluation_time", f"The evaluation took longer than {_EVALUATION_S / 3600:.0f} hours.")
            ) from None
        answer = _object(end.answer)
        if answer:
            raise EvaluationFailedError(Notice(str(answer.get("code"))[:64], str(answer.get("message"))[:2000]))
        try:
            return EvaluationReport.model_validate_json((folder / _REPORT_FILE).read_bytes())
        except (OSError, ValidationError) as error:
            log.warning("weights_evaluation_died", exit_code=end.exit_code, errors=end.errors[-2000:])
            message = "The evaluation ended before it was done; the log says why. Evaluate the weights again."
            raise EvaluationFailedError(Notice("evaluation_died", message)) from error

    def _task(self, path: Path) -> dict[str, object]:
        with self._unit_of_work() as session:
            active = weights.find_active_release(session)
        settings = self._settings
        own = None if settings.weights_path is None else str(settings.weights_path.resolve())
        return {
            "candidate": path.name,
            "baseline": own if active is None else str(self._files.fetch(active).resolve()),
            "device": settings.device,
            "engine": settings.engine,
            "torch_threads": settings.torch_threads,
            "max_file_bytes": settings.max_file_bytes,
            "max_pixels": settings.max_image_pixels,
            "data_set": None if settings.golden_data_set is None else str(settings.golden_data_set.resolve()),
        }

    def _reviewed_fields(self, folder: Path) -> list[dict[str, object]]:
        """Copy the images of the reviewed fields; what the store has lost is left out and told in the log."""
        with self._unit_of_work() as session:
            rows = golden_fields.list_live(session)
        fields: list[dict[str, object]] = []
        for row in rows:
            name = f"{row.image.id}.image"
            try:
                with self._store.open(row.image.storage_key) as stream:
                    (folder / name).write_bytes(stream.read())
            except FileNotFoundError:
                log.warning("golden_image_missing", image_id=row.image.id)
                continue
            entry = {"title": row.image.file_name, "image_id": row.image.id, "file": name}
            fields.append(entry | {"cells": row.field.reference_cells})
        return fields


def _progress_of(folder: Path) -> tuple[int, int]:
    try:
        done, total = json.loads((folder / _PROGRESS_FILE).read_text())
        return int(done), int(total)
    except (OSError, ValueError, TypeError):
        return 0, 0


def _object(text: str) -> dict[str, object]:
    try:
        values = json.loads(text) if text.strip() else {}
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
