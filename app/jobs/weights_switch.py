"""Keeps a counting process on the weights that are active, from one image to the next and without a restart."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.db.repositories import weights
from app.db.repositories.weights import ActiveKey
from app.db.session import UnitOfWorkFactory
from app.errors import WeightsUnavailable
from app.jobs.runtime import CountingRuntime, LoadedWeights
from app.jobs.weights_files import WeightsFiles
from app.schemas.weights import weights_named

log = structlog.get_logger(__name__)

_LONGEST_RETRY_S = 30.0


class WeightsSwitch:
    """Looks every second which weights are active, and loads them beside those that count.

    Until they are loaded the former ones go on: each result names its own. If they cannot be loaded, nothing is counted
    here and this process says why; it tries again until they can, or others are active.
    """

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, files: WeightsFiles, runtime: CountingRuntime, *, poll_s: float
    ) -> None:
        self._unit_of_work = unit_of_work
        self._files = files
        self._runtime = runtime
        self._poll_s = poll_s
        self._retry_s = poll_s
        self._current: ActiveKey | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="weights-switch", daemon=True)

    def load(self) -> None:
        """Load the active weights for the first time.

        Weights that an admin activated and that cannot be loaded stop no start: the pages have to be there to roll
        back.

        Raises:
            WeightsUnavailable: The installation's own are to count, and they are missing, damaged or of another
                network.
        """
        with self._unit_of_work() as session:
            wanted = weights.find_active(session)
        if wanted.release_id is None:
            self._runtime.use(self._runtime.load(None))
            self._current = wanted
        else:
            self.look()

    def start(self, on_change: Callable[[], None]) -> None:
        """Go on looking in the background; ``on_change`` is called after each change."""
        self._on_change = on_change
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; what is loaded stays."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> bool:
        """Load the active weights if they are not those that count here; whether anything changed."""
        with self._unit_of_work() as session:
            wanted = weights.find_active(session)
        if self._current is not None and wanted.release_id == self._current.release_id:
            self._current = wanted
            return False
        former_problem = self._runtime.problem
        try:
            self._runtime.use(self._loaded(wanted))
        except Exception as error:
            self._current = None
            self._runtime.hold(str(error))
            self._retry_s = min(2 * self._retry_s, _LONGEST_RETRY_S)
            log.warning("weights_not_loaded", activation_id=wanted.activation_id, exc_info=True)
            return self._runtime.problem != former_problem
        self._current, self._retry_s = wanted, self._poll_s
        log.info("weights_switched", activation_id=wanted.activation_id, weights=self._runtime.weights)
        return True

    def _loaded(self, wanted: ActiveKey) -> LoadedWeights:
        """The wanted weights, proved to be those.

        Raises:
            WeightsUnavailable: They are not, or cannot be loaded.
        """
        if wanted.release_id is None:
            return self._runtime.load(None)
        with self._unit_of_work() as session:
            release = weights.get_release(session, wanted.release_id)
        loaded = self._runtime.load(self._files.fetch(release))
        if loaded.identity.sha256 != release.sha256:
            raise WeightsUnavailable(
                f"{weights_named(loaded.identity)} was loaded where weights number {release.id} were wanted."
            )
        return loaded

    def _run(self) -> None:
        while not self._stopping.wait(self._retry_s if self._runtime.problem else self._poll_s):
            try:
                if self.look():
                    self._on_change()
            except SQLAlchemyError:
                log.exception("weights_look_failed")  # a database that is away for a moment; the next look tries again
