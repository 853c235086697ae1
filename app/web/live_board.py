"""One look at the database for all open pages of this process, however many there are.

The database is asked, not the process: an image may be counted by a worker on another machine. Looks come one after the
other in a thread of their own, and the longer one takes the longer is the pause after it, so that open pages take
no more than a share of one connection, whatever the samples' size.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from anyio import CapacityLimiter, to_thread

from app.errors import DatabaseUnavailable
from app.web.live_looking import Key, Look, LookedAt, Sight

POLL_SECONDS = 0.15
"""Between two looks; counts are on the page within about 0.3 s of being stored."""

LONGEST_SECONDS = 60.0
"""After this a stream ends and the page asks again, so that a forgotten connection does not stay for ever."""

_RESTS_PER_LOOK = 4.0
"""The pause after a look is at least so many times as long as the look was."""

_PAUSE_AFTER_FAILURE_S = 1.0
_LONGEST_FRESH_S = 10.0
_log = structlog.get_logger("bloodcount.live")


@dataclass
class _Watched:
    """One sample, a part of a batch, or the queue, that pages of this process show."""

    pages: int = 0
    version: int = 0
    sight: Sight | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, sight: Sight) -> None:
        self.sight = sight
        self.version += 1
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class LiveBoard:
    """What open pages show, kept up to date while there are any; all its methods belong to one event loop."""

    def __init__(self, look: Look) -> None:
        """Prepare; nothing is looked at before a page is open."""
        self._look = look
        self._watched: dict[Key, _Watched] = {}
        self._task: asyncio.Task[None] | None = None
        self._look_now = asyncio.Event()
        self._begun = 0
        self._thread = CapacityLimiter(1)
        self.is_closed = False
        self.looks = 0

    async def changes(self, key: Key) -> AsyncIterator[Sight]:
        """What there is to see now, then every change of it; ends after a minute, and when the process stops."""
        ends_at = time.monotonic() + LONGEST_SECONDS
        async with self._watching(key) as watched:
            seen, enough = -1, self._begun + 1
            while not self.is_closed and (left_s := ends_at - time.monotonic()) > 0:
                # What another page saw a moment ago may be older than the page that asks.
                if watched.sight is not None and watched.version != seen and self.looks >= enough:
                    seen = watched.version
                    yield watched.sight
                    continue
                await _wait(watched.changed, left_s)

    async def fresh(self, key: Key) -> Sight:
        """What there is to see by a look that begins after this call, shared by all who ask at the same moment.

        Raises:
            DatabaseUnavailable: There was no such look within some seconds.
        """
        async with self._watching(key) as watched:
            enough = self._begun + 1
            deadline = time.monotonic() + _LONGEST_FRESH_S
            while self.looks < enough and not self.is_closed and time.monotonic() < deadline:
                self._look_now.set()
                await _wait(watched.changed, POLL_SECONDS)
            if watched.sight is None or self.looks < enough:
                raise DatabaseUnavailable("The database did not answer in time; the page asks again by itself.")
            return watched.sight

    def close(self) -> None:
        """Let every stream end soon; safe to call from a signal handler."""
        self.is_closed = True

    @asynccontextmanager
    async def _watching(self, key: Key) -> AsyncIterator[_Watched]:
        watched = self._watched.setdefault(key, _Watched())
        watched.pages += 1
        if self._task is None or self._task.done():
            self._look_now = asyncio.Event()  # the loop of the former one may have ended
            self._task = asyncio.create_task(self._keep_looking())
        self._look_now.set()
        try:
            yield watched
        finally:
            watched.pages -= 1
            if watched.pages == 0:
                del self._watched[key]

    async def _keep_looking(self) -> None:
        while self._watched and not self.is_closed:
            started = time.monotonic()
            self._look_now.clear()
            try:
                await self._look_once()
                took_s = time.monotonic() - started
                await asyncio.sleep(took_s)  # even where somebody asks for a look at once
                pause_s = max(POLL_SECONDS, _RESTS_PER_LOOK * took_s)
            except Exception:  # noqa: BLE001 - whatever the database says, the next look may succeed
                _log.exception("look_failed")
                pause_s = _PAUSE_AFTER_FAILURE_S
            await _wait(self._look_now, pause_s)
        for watched in self._watched.values():
            watched.wake()

    async def _look_once(self) -> None:
        self._begun += 1
        before = {key: watched.sight for key, watched in self._watched.items()}
        found: LookedAt = await to_thread.run_sync(self._look, before, limiter=self._thread)
        self.looks = self._begun
        for key, sight in found.items():
            if key in self._watched:
                self._watched[key].publish(sight)
        for watched in self._watched.values():
            watched.wake()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
