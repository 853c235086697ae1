"""Weights changed again and again while workers count: does each result name the one set of weights that made it?"""

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from sqlalchemy import select

from app.commands.batch_benchmark import fleet_of, make_token, wait_until
from app.commands.fleet import program
from app.commands.fleet_client import FleetClient
from app.commands.workers_benchmark import field_image
from app.db.records import AnalysisRecord, FieldImageRecord
from app.db.repositories.queue_images import count_waiting
from app.db.session import Database
from app.schemas.result_record import ResultRecord, build_result_record
from app.schemas.weights_report import EvaluationReport
from app.services.weights.weights_activation import request_activation
from app.services.weights.weights_intake import add_release
from app.services.weights.weights_judging import record_evaluation, record_soundness
from app.services.weights.weights_overview import weights_overview
from app.settings import Settings
from app.storage import ImageStore, create_image_store
from model.decoding import DecodingSettings
from model.inference import load_cell_counter
from model.network import CellDetector
from model.types import WeightsIdentity
from model.weights import WeightsManifest, open_release
from model.weights.publishing import write_release

_WITHIN_S = 300.0
_AHEAD, _AN_UPLOAD = 6, 3
_RED_CELL_BIAS = 1.0
_CANDIDATE_SCORE = 0.2
_COUNTED_AGAIN = 10
"""Results, chosen at random, that are counted once more here with the weights that they name."""


@dataclass(frozen=True, slots=True)
class _Release:
    """Weights that were added: their number, their file here and who they are."""

    id: int
    path: Path
    weights: WeightsIdentity
    thresholds: dict[str, float]


def measure_swaps(swaps: int, workers: int, database_url: str | None) -> dict[str, Any]:
    """Activate two random networks in turn while a sender keeps the queue full, and look at every result.

    Both went through quarantine; a report without fields stands for their evaluation. Each change waits until every
    worker counts with the new weights.

    Raises:
        CommandFailed: The database is not empty, or a worker did not follow in time.
    """
    with (
        fleet_of(database_url, webs=1, worker_command=program("worker"), **_ONE_THREAD) as (fleet, database),
        TemporaryDirectory() as folder,
    ):
        store = create_image_store(Settings(data_dir=fleet.folder, storage_url=f"file://{fleet.folder}/images"))
        releases = [_add(database, store, write_random_weights(Path(folder), number)) for number in (1, 2)]
        fleet.add_workers(workers)
        with _sending(FleetClient(fleet.urls, make_token(database)), database) as sent:
            for number in range(swaps):
                _swap(database, releases[number % 2], workers)
        wait_until(lambda: _unfinished(database) == 0, _WITHIN_S, "the last image")
        return {
            "database": database.engine.dialect.name,
            "workers": workers,
            "swaps": swaps,
            **_verdict(database, store, releases, images=len(sent)),
        }


_ONE_THREAD = {"BLOODCOUNT_TORCH_THREADS": "1", "OMP_NUM_THREADS": "1"}


def write_random_weights(folder: Path, number: int) -> Path:
    """A release of a network that has learnt nothing and yet reports red cells; no other number gives the same."""
    with torch.random.fork_rng():
        torch.manual_seed(number)
        network = CellDetector()
    with torch.no_grad():
        network.state_dict()["heat_head.1.bias"][0] = _RED_CELL_BIAS
    decoding = DecodingSettings(thresholds=(0.5 + number / 100, 0.05, 0.5))
    manifest = WeightsManifest("random", f"0.0.{number}", "", decoding)
    return write_release(folder, manifest, network.state_dict())


def _add(database: Database, store: ImageStore, path: Path) -> _Release:
    with path.open("rb") as content, path.with_suffix(".json").open("rb") as manifest:
        release_id = add_release(database.unit_of_work, store, file_name=path.name, content=content, manifest=manifest)
    opened = open_release(path)
    with store.receive() as incoming:
        incoming.file.write(opened.content)
        key = incoming.keep(opened.manifest.sha256)
    with database.unit_of_work() as session:
        record_soundness(session, release_id=release_id, identity=opened.manifest.identity, storage_key=key)
    thresholds = dict(zip(("RBC", "WBC", "PLT"), opened.manifest.decoding.thresholds, strict=True))
    return _Release(release_id, path, opened.manifest.identity, thresholds)


def _swap(database: Database, release: _Release, workers: int) -> None:
    with database.unit_of_work() as session:
        # Every worker has followed the change before.
        counting = next(one for one in weights_overview(session).workers if one.is_alive and one.sha256)
        name, _, version = (counting.weights or "").rpartition(" ")
        former = WeightsIdentity(name, version, counting.sha256 or "")
        report = EvaluationReport(candidate=release.weights, baseline=former, groups=(), changed=())
        record_evaluation(session, release_id=release.id, report=report)
    with database.unit_of_work() as session:
        request_activation(session, Settings(), release_id=release.id)
    wait_until(lambda: _followed(database, release) >= workers, _WITHIN_S, "the change of weights")


def _followed(database: Database, release: _Release) -> int:
    with database.unit_of_work() as session:
        return sum(one.is_alive and one.sha256 == release.weights.sha256 for one in weights_overview(session).workers)


def _unfinished(database: Database) -> int:
    with database.unit_of_work() as session:
        return count_waiting(session, at_most=10_000)


@contextmanager
def _sending(client: FleetClient, database: Database) -> Iterator[list[int]]:
    """Keep some images waiting while the block runs; the numbers of those sent."""
    sample_id = client.new_sample("SWAPS-1")
    sent: list[int] = []
    is_over = threading.Event()

    def send() -> None:
        while not is_over.wait(0.2):
            if _unfinished(database) < _AHEAD:
                numbers = range(len(sent), len(sent) + _AN_UPLOAD)
                client.send(sample_id, [(f"field-{number}.png", field_image(number)) for number in numbers])
                sent.extend(numbers)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    try:
        yield sent
    finally:
        is_over.set()
        sender.join()


def _verdict(database: Database, store: ImageStore, releases: Sequence[_Release], *, images: int) -> dict[str, Any]:
    with database.unit_of_work() as session:
        rows = session.execute(
            select(AnalysisRecord, FieldImageRecord).join(
                FieldImageRecord, FieldImageRecord.id == AnalysisRecord.image_id
            )
        ).all()
        held = session.scalars(select(FieldImageRecord.id)).all()
    known = {release.weights.sha256: release for release in releases}
    by_image = Counter(analysis.image_id for analysis, _ in rows)
    added = [(analysis, image) for analysis, image in rows if analysis.weights_sha256 in known]
    chosen = random.Random(1).sample(added, min(_COUNTED_AGAIN, len(added)))  # noqa: S311 - repeatable, not secret
    return {
        "images_sent": images,
        "images_lost": images - len(by_image),
        "images_counted_more_than_once": sum(number > 1 for number in by_image.values()),
        "results_by_weights": dict(Counter(f"{one.weights_name} {one.weights_version}" for one, _ in rows)),
        "results_that_name_two_weights": sum(not _names_one(one, known) for one, _ in rows),
        "counted_again": len(chosen),
        "counted_again_and_different": _differing(store, chosen, known),
        "images_in_database": len(held),
    }


def _names_one(analysis: AnalysisRecord, known: dict[str, _Release]) -> bool:
    """Whether columns, document and thresholds are all of the same weights."""
    columns = WeightsIdentity(analysis.weights_name, analysis.weights_version, analysis.weights_sha256)
    release = known.get(analysis.weights_sha256)
    is_itself = release is None or (release.weights == columns and release.thresholds == analysis.thresholds)
    return is_itself and ResultRecord.model_validate_json(analysis.result_json).model == columns


def _differing(
    store: ImageStore, chosen: Sequence[tuple[AnalysisRecord, FieldImageRecord]], known: dict[str, _Release]
) -> int:
    """Results whose cells are not those that the weights which they name find."""
    counters = {sha256: load_cell_counter(release.path, device="cpu") for sha256, release in known.items()}
    differing = 0
    for analysis, image in chosen:
        with store.open(image.storage_key) as stream:
            counted = counters[analysis.weights_sha256].count(stream.read(), min_score=_CANDIDATE_SCORE)
        again = build_result_record(image.file_name, replace(counted, timings_ms={}))
        differing += again.counts != ResultRecord.model_validate_json(analysis.result_json).counts
    return differing
