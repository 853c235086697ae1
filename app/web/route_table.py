"""Which declared route an address leads to, found before the request's body is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, compile_path


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """A declared route: its key in the table of rules, such as ``GET /samples/{sample_id}``, and the path's parts."""

    key: str
    path: str
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Declared:
    path: str
    methods: frozenset[str] | None
    pattern: re.Pattern[str]


class RouteTable:
    """The routes of an application in the order in which it tries them itself."""

    def __init__(self, app: FastAPI) -> None:
        self._declared = tuple(_declared_routes(app))

    def find(self, method: str, path: str) -> FoundRoute | None:
        """The route that takes this request; None where none does, and the application answers 404 or 405."""
        for route in self._declared:
            found = route.pattern.match(path)
            if found is None:
                continue
            if route.methods is None:
                return FoundRoute(f"GET {route.path}", route.path, {})
            if method in route.methods:
                return FoundRoute(f"{method} {route.path}", route.path, found.groupdict())
        return None

    def keys(self) -> list[str]:
        """The keys of all routes, for those who check that each has a rule."""
        return [
            f"{method} {route.path}"
            for route in self._declared
            for method in sorted(route.methods if route.methods is not None else {"GET"})
        ]


def _declared_routes(app: FastAPI) -> Iterator[_Declared]:
    for context in iter_route_contexts(app.routes):
        route: Any = context
        if isinstance(context.original_route, Mount):
            yield _Declared(route.path, None, re.compile(rf"^{re.escape(route.path)}(/|$)"))
        else:
            methods = frozenset(route.methods or ())
            # Starlette adds HEAD to its own GET routes; it needs no rule of its own.
            yield _Declared(route.path_format, methods, compile_path(route.path)[0])
