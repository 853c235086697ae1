"""What the OpenID provider said of its own addresses, remembered for a while.

Anybody may open the page that leads to the provider. Without a memory each such request would make this server ask the
provider, and a provider that is slow would hold a thread of this server for each, until nobody could be served.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from app.access_errors import SingleSignOnFailed

Metadata = Mapping[str, str]

REMEMBERED_S = 300.0
"""How long addresses are believed: a provider that moves one of them is followed within five minutes."""

FAILURE_REMEMBERED_S = 10.0
"""How long a failure is told again without asking: a provider that is back is noticed within ten seconds."""

MOST_WAITING = 4
"""Requests that may wait for the provider at once; each holds one of the 40 threads that answer pages."""


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata | None
    failure: str | None
    until: float


class ProviderMemory:
    """The metadata of one provider, for all requests of this process: asked for by one of them at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet."""
        self._clock = clock
        self._known: _Known | None = None
        self._asking = Lock()
        self._places = BoundedSemaphore(MOST_WAITING)

    def recall(self, ask: Callable[[], Metadata]) -> Metadata:
        """What the provider said last; ``ask`` is called only where that is too old.

        Raises:
            SingleSignOnFailed: It failed just now, or so many wait for it that this request does not.
        """
        known = self._fresh()
        if known is None:
            if not self._places.acquire(blocking=False):
                raise SingleSignOnFailed("The provider takes long to answer and others wait for it already.")
            try:
                with self._asking:
                    known = self._fresh() or self._asked(ask)
            finally:
                self._places.release()
        if known.metadata is None:
            # A new exception each time: several threads may tell of one failure.
            raise SingleSignOnFailed(known.failure or "")
        return known.metadata

    def _fresh(self) -> _Known | None:
        known = self._known
        return known if known is not None and self._clock() < known.until else None

    def _asked(self, ask: Callable[[], Metadata]) -> _Known:
        try:
            metadata = ask()
        except SingleSignOnFailed as error:
            self._known = _Known(None, error.why, self._clock() + FAILURE_REMEMBERED_S)
        else:
            self._known = _Known(metadata, None, self._clock() + REMEMBERED_S)
        return self._known
