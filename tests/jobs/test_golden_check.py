"""The check at a start counts the drawn fields, keeps what came of it, and never stops the counting."""

import time
from dataclasses import dataclass, field

from app.db.session import Database
from app.jobs.golden_check import GOLDEN_RECIPES, GoldenFieldCheck
from app.jobs.runtime import CountingRuntime, LoadedWeights
from app.schemas.golden_checks import GoldenCheck
from app.services.quality.golden_checks import newest_checks
from app.settings import Settings
from app.storage import ImageStore
from model.classes import CellClass
from model.preprocessing import decode_image
from model.rendering import SmearRecipe, render_smear
from model.types import DetectedCell, FieldResult, Size, WeightsIdentity

SMALL = {
    name: SmearRecipe(seed=seed, size=Size(160, 120), red_cells=2, white_cells=0, platelets=1, red_cell_diameter_px=30)
    for seed, name in enumerate(("usual", "other"))
}
STEADY = WeightsIdentity("steady", "1", "cd" * 32)
CELL = DetectedCell(CellClass.RED_BLOOD_CELL, (0.0, 0.0, 9.0, 9.0), 0.9, is_counted=True)


@dataclass
class SteadyCounter:
    """Finds so many red cells on every image."""

    red_cells: int = 3
    weights: WeightsIdentity = STEADY
    counted: list[bytes] = field(default_factory=list)
    is_broken: bool = False

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count one image."""
        assert um_per_px is None
        if self.is_broken:
            raise RuntimeError("no memory left")
        self.counted.append(image_bytes)
        return FieldResult("counted", self.weights, decode_image(image_bytes).size, cells=(CELL,) * self.red_cells)


def wait_until_idle(check: GoldenFieldCheck) -> None:
    deadline = time.monotonic() + 60
    while check.is_running and time.monotonic() < deadline:
        time.sleep(0.02)


def checked(database: Database, store: ImageStore, settings: Settings, counter: SteadyCounter) -> list[GoldenCheck]:
    runtime = CountingRuntime(settings, counter_factory=lambda _: counter)
    runtime.use(runtime.load(None))
    check = GoldenFieldCheck(database.unit_of_work, store, runtime, "one", recipes=SMALL)
    check.start()
    wait_until_idle(check)
    check.stop()
    with database.unit_of_work() as session:
        return newest_checks(session)


def test_each_start_counts_every_golden_field_and_compares(
    database: Database, store: ImageStore, settings: Settings
) -> None:
    first, again, other = SteadyCounter(), SteadyCounter(), SteadyCounter(red_cells=4)

    assert [one.outcome for one in checked(database, store, settings, first)] == ["recorded"]
    assert checked(database, store, settings, again)[0].outcome == "passed"
    newest = checked(database, store, settings, other)[0]

    assert first.counted == again.counted
    assert len(first.counted) == len(SMALL)
    assert newest.outcome == "failed"
    assert "usual: RBC 3 recorded, 4 now" in newest.differences


def test_other_weights_are_checked_as_soon_as_they_count(
    database: Database, store: ImageStore, settings: Settings
) -> None:
    steady, other = SteadyCounter(), SteadyCounter(weights=WeightsIdentity("other", "1", "ef" * 32))
    runtime = CountingRuntime(settings, counter_factory=lambda _: steady)
    runtime.use(runtime.load(None))
    check = GoldenFieldCheck(database.unit_of_work, store, runtime, "one", recipes=SMALL)
    check.check_again()  # before the start it does nothing
    check.start()
    wait_until_idle(check)

    runtime.use(LoadedWeights(other))
    check.check_again()
    wait_until_idle(check)
    check.stop()

    assert not check.is_running
    with database.unit_of_work() as session:
        assert [one.weights for one in newest_checks(session)] == ["other 1", "steady 1"]


def test_a_counter_that_fails_is_no_reason_to_stop(database: Database, store: ImageStore, settings: Settings) -> None:
    assert checked(database, store, settings, SteadyCounter(is_broken=True)) == []


def test_the_shipped_fields_can_be_drawn_and_hold_every_class() -> None:
    smears = [render_smear(recipe) for recipe in GOLDEN_RECIPES.values()]

    assert all({cell.cell_class for cell in smear.cells} == set(CellClass) for smear in smears)
