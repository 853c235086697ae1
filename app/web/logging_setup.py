"""Log lines: one event a line, for people or as JSON, always with the request's number and never with patient data."""

import logging
import sys

import structlog

from app.settings import Settings

_QUIET_LOGGERS = ("uvicorn.access",)
"""Loggers that would write addresses as typed, which may hold an accession number."""

_WORDY_LOGGERS = ("alembic", "python_multipart")
"""Loggers whose ordinary lines tell nothing to the person who runs the server."""


class _StandardErrorHandler(logging.Handler):
    """Writes to whatever standard error is at the moment; there is never more than one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - a line that cannot be written must not stop what it tells about
            self.handleError(record)


def configure_logging(settings: Settings) -> None:
    """Send the application's own lines and those of its libraries through one format to standard error."""
    timestamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        timestamp,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _StandardErrorHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_final_processors(settings))
    )
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if not isinstance(other, _StandardErrorHandler)), handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).disabled = True
    for name in _WORDY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _final_processors(settings: Settings) -> list[structlog.typing.Processor]:
    # Plain tracebacks: the pretty ones print local variables, and those hold accession numbers.
    last: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    processors: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        processors.append(structlog.processors.format_exc_info)
        last = structlog.processors.JSONRenderer()
    return [*processors, last]
