"""Whether the parts that counting needs work now."""

from collections.abc import Callable

import structlog
from sqlalchemy import text

from app.db.session import Database
from app.schemas.base import Schema
from app.storage import ImageStore
from app.web.context import AppContext

_FAILED = "not working; the log says why"
_log = structlog.get_logger("bloodcount.readiness")


class Readiness(Schema):
    """``ready`` or ``not ready``, and for each part ``ok`` or what is wrong with it."""

    status: str
    checks: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether every part works."""
        return self.status == "ready"


def check_readiness(context: AppContext) -> Readiness:
    """Try each part now. What a part says is logged and not shown: it may hold an address."""
    checks = {
        "database": _outcome("database", lambda: _read(context.database)),
        "storage": _outcome("storage", lambda: _write(context.store)),
        "weights": _weights(context),
    }
    is_ready = all(outcome != _FAILED for outcome in checks.values())
    return Readiness(status="ready" if is_ready else "not ready", checks=checks)


def _read(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _write(store: ImageStore) -> None:
    store.check()


def _weights(context: AppContext) -> str:
    if not context.counts_here:
        return "left to workers"
    return "ok" if context.engine.is_counting() else _FAILED


def _outcome(part: str, attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except Exception:  # noqa: BLE001 - whatever a part raises, it does not work, and the log has the whole story
        _log.exception("part_not_working", part=part)
        return _FAILED
    return "ok"
