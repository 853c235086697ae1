"""Running a coroutine where the main thread may already have an event loop: Playwright's, left by the browser tests."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def run_apart(coroutine: Coroutine[None, None, Result]) -> Result:
    """What the coroutine returns or raises, run to its end by a loop of its own in a thread of its own."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(asyncio.run, coroutine).result()
