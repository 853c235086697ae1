"""Who is acting now: told once where a request or a command begins, and read wherever something is noted."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.schemas.actors import SYSTEM, Actor

_actor: ContextVar[Actor] = ContextVar("bloodcount_actor", default=SYSTEM)


def current_actor() -> Actor:
    """Who acts in this request or command; Bloodcount itself where nobody was named, as in the jobs."""
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Let everything in the block be done, and noted, in somebody's name."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)
