"""Counts the golden fields when a counting process starts and when its weights change: the same must count the same.

The drawn fields come with every installation and hold nobody's blood. A difference tells that something else changed:
the engine, a library, the processor, or the weights in memory. The laboratory's own golden fields are counted after
them, and show the same on its blood, and beside what its people confirmed.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping

import structlog

from app.db.session import UnitOfWorkFactory
from app.jobs.laboratory_check import AFTER_ALL_OTHERS, count_laboratory_fields, field_numbers
from app.jobs.runtime import CountingRuntime, CountingStopped
from app.schemas.golden_checks import GoldenCheck, GoldenOutcome
from app.services.quality.check_records import CheckOrigin
from app.services.quality.golden_checks import keep_check
from app.services.quality.laboratory_checks import keep_laboratory_check
from app.storage import ImageStore
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size, WeightsIdentity

GOLDEN_RECIPES: Mapping[str, SmearRecipe] = {
    "usual": SmearRecipe(seed=101),
    "many white cells": SmearRecipe(seed=102, size=Size(800, 600), red_cells=40, white_cells=8, platelets=8),
    "crowded": SmearRecipe(seed=103, size=Size(800, 600), red_cells=60, white_cells=2, platelets=8, clumping=0.4),
}
"""The golden fields by name. They never change: another drawing is another set, which is recorded anew."""

_STOP_S = 10.0
log = structlog.get_logger(__name__)


class GoldenFieldCheck:
    """Checks in a thread of their own, one after the other."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        store: ImageStore,
        runtime: CountingRuntime,
        executor_id: str,
        *,
        recipes: Mapping[str, SmearRecipe] = GOLDEN_RECIPES,
    ) -> None:
        self._recipes = recipes
        self._unit_of_work = unit_of_work
        self._store = store
        self._runtime = runtime
        self._executor_id = executor_id
        self._is_stopped, self._is_due, self._is_idle = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="golden-check", daemon=True)

    def start(self) -> None:
        """Begin; whoever starts the process does not wait for it."""
        self._is_due.set()
        self._thread.start()

    def check_again(self) -> None:
        """Check once more, as other weights count now; nothing where checks were never started."""
        if self._thread.is_alive():
            self._is_idle.clear()
            self._is_due.set()

    @property
    def is_running(self) -> bool:
        """Whether a check is not finished yet."""
        return self._thread.is_alive() and not self._is_idle.is_set()

    def stop(self) -> None:
        """Count no further field; a check that is not finished is not kept."""
        self._is_stopped.set()
        self._is_due.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        while self._is_due.wait() and not self._is_stopped.is_set():
            self._is_due.clear()
            for check in (self._check_drawn, self._check_laboratory):
                try:
                    self._check(check)
                except CountingStopped:
                    return
                except Exception:  # one check that cannot be made keeps neither the other nor the process
                    log.exception("golden_check_not_made")
            if not self._is_due.is_set():
                self._is_idle.set()

    def _check(self, check: Callable[[WeightsIdentity], None]) -> None:
        weights = self._runtime.weights
        if weights is not None and self._may_go_on(weights):
            check(weights)

    def _may_go_on(self, weights: WeightsIdentity) -> bool:
        """Whether the same weights count still: others that were activated meanwhile ask for checks of their own."""
        return not self._is_stopped.is_set() and self._runtime.weights == weights

    def _check_drawn(self, weights: WeightsIdentity) -> None:
        fields = {name: encode_png(render_smear(recipe).image_hwc_u8) for name, recipe in self._recipes.items()}
        found = {}
        for name, content in fields.items():
            if not self._may_go_on(weights):
                return
            with self._runtime.slot(is_suspect=False, priority=AFTER_ALL_OTHERS) as counter:
                result = counter.count(content)
            if result.status == "counted":
                found[name] = field_numbers(result)
        if not self._may_go_on(weights):
            return
        with self._unit_of_work() as session:
            check = keep_check(
                session,
                weights=weights,
                engine=self._engine,
                executor_id=self._executor_id,
                field_set=hashlib.sha256(b"".join(fields.values())).hexdigest(),
                found=found,
            )
        _tell(check)

    def _check_laboratory(self, weights: WeightsIdentity) -> None:
        counted = count_laboratory_fields(
            self._unit_of_work, self._store, self._runtime, may_go_on=lambda: self._may_go_on(weights)
        )
        if counted is None:
            return
        origin = CheckOrigin(weights, self._engine, self._executor_id)
        with self._unit_of_work() as session:
            check = keep_laboratory_check(session, origin, found=counted.found, missing=counted.missing)
        if check is not None:
            _tell(check)

    @property
    def _engine(self) -> str:
        return (self._runtime.device or "unknown")[:64]


def _tell(check: GoldenCheck) -> None:
    tell = log.error if check.outcome is GoldenOutcome.FAILED else log.info
    tell("golden_check", fields=check.kind.value, outcome=check.outcome.value, differences=len(check.differences))
