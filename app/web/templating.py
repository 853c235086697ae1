"""Rendering of pages and page fragments from the Jinja2 templates, with escaping always on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.resources import INTENDED_USE, app_version, resource_folder
from app.services.accounts.acting import current_actor

_GIGABYTE = 1_000_000_000
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def grouped(value: float) -> str:
    """A whole number with its thousands apart: 12345 as 12 345, with a narrow space that does not break."""
    return f"{value:,.0f}".replace(",", "\u202f")


def megabytes(value_bytes: int) -> str:
    """A number of bytes in MB or GB, as people read a limit."""
    if value_bytes >= _GIGABYTE:
        return f"{value_bytes / _GIGABYTE:g} GB"
    return f"{value_bytes / 1e6:g} MB"


def age(seconds: float) -> str:
    """A time that has passed, short: ``8 s``, ``4 min``, ``2 h 5 min``, ``3 d``."""
    if seconds < _MINUTE_S:
        return f"{seconds:.0f}\u00a0s"
    minutes, hours, days = (int(seconds // unit) for unit in (_MINUTE_S, _HOUR_S, _DAY_S))
    if hours < 1:
        return f"{minutes}\u00a0min"
    return f"{hours}\u00a0h {minutes % 60}\u00a0min" if days < 1 else f"{days}\u00a0d {hours % 24}\u00a0h"


def utc_moment(moment: datetime) -> str:
    """A moment to the minute in UTC, as pages show it before a script turns it into local time."""
    return f"{moment.astimezone(UTC):%d %b %Y, %H:%M} UTC"


@lru_cache(maxsize=1)
def page_environment() -> Environment:
    """The templates of this installation; an unknown name in one is an error, not a blank."""
    environment = Environment(
        loader=FileSystemLoader(resource_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(grouped=grouped, megabytes=megabytes, age=age, utc_moment=utc_moment)
    environment.globals.update(static=_static_url, intended_use=INTENDED_USE, app_version=app_version(), section="")
    environment.globals.update(current_actor=current_actor)
    return environment


def render_fragment(name: str, values: Mapping[str, Any]) -> str:
    """The HTML of a part of a page."""
    return page_environment().get_template(name).render(values)


def render_page(name: str, values: Mapping[str, Any], *, status_code: int = 200) -> HTMLResponse:
    """A whole page. It may name a sample, so no cache keeps it."""
    html = render_fragment(name, values)
    return HTMLResponse(html, status_code=status_code, headers={"Cache-Control": "no-store"})


def _static_url(path: str) -> str:
    return f"/static/{path}"
