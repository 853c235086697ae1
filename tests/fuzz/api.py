"""Calls every route of the running application with generated requests and asks for one thing: no error of the server.

``python -m tests.fuzz.api --calls 20000`` makes the requests with schemathesis from the application's own description,
of the JSON API and of the pages, valid and not, as an admin, a technician and nobody. It prints what failed, with what
was sent, and ends with status 1 then.
"""

import argparse
import random
import secrets
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import requests
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.errors import InvalidSchema

from app.main import create_app
from app.routes import api, pages
from app.schemas.tokens import Role
from app.settings import Settings
from app.web.context import context_of
from tests.signing_in import SESSION_COOKIE, open_test_session
from tests.web.counters import KnowingCounter
from tests.web.image_files import png_of

_SERVER = "http://127.0.0.1"
_ENDLESS = "/events"
"""Streams that stay open; ``tests/web/test_live_updates.py`` reads them."""

_OWN_HEADERS = frozenset({"authorization", "cookie", "host"})
"""Who comes, and where to, is said by the caller: generated ones would be refused at the door."""

_AT_ONCE = 5
"""Requests of one kind in one round; after each round it is told how far it is."""

_KNOWN_SHARE = 0.7
_KNOWN_NUMBERS = (1, 2, 3, 4)


@schemathesis.serializer("application/offset+octet-stream")
def write_part(_: schemathesis.SerializationContext, value: Any) -> bytes:  # noqa: ANN401 - whatever was generated
    """A part of a file, as the tus protocol sends it."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass
class Outcome:
    """What came back: answers by status, and each failure with what was sent."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@dataclass
class Caller:
    """Sends generated requests, in turn as each of those who may come."""

    client: TestClient
    chance: random.Random
    sessions: tuple[str | None, ...] = (None,)
    outcome: Outcome = field(default_factory=Outcome)

    def call(self, case: Any) -> None:  # noqa: ANN401 - a generic class of schemathesis
        """Send one request and note what came back."""
        for name in case.path_parameters or {}:
            if name.endswith("_id") and self.chance.random() < _KNOWN_SHARE:
                case.path_parameters[name] = self.chance.choice(_KNOWN_NUMBERS)
        try:
            request = requests.Request(**case.as_transport_kwargs(base_url=_SERVER)).prepare()
        except (ValueError, requests.RequestException):
            return  # no client can send this at all
        session = self.chance.choice(self.sessions)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN_HEADERS}
        headers |= {} if session is None else {"Cookie": f"{SESSION_COOKIE}={session}"}
        self._send(request, headers)

    def _send(self, request: requests.PreparedRequest, headers: dict[str, Any]) -> None:
        method, url, body = request.method or "GET", request.url or _SERVER, request.body
        assert body is None or isinstance(body, str | bytes)
        self.outcome.calls += 1
        try:
            answer = self.client.request(method, url, content=body, headers=headers, follow_redirects=False)
        except UnicodeError:
            return  # a header that cannot be written down
        except Exception as error:  # noqa: BLE001 - whatever comes out of the application is what is looked for
            self._fail(request, repr(error))
            return
        self.outcome.statuses[answer.status_code] += 1
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._fail(request, f"{answer.status_code} {answer.text[:500]}")

    def _fail(self, request: requests.PreparedRequest, what: str) -> None:
        body = request.body if request.body is None else repr(request.body)[:1000]
        self.outcome.failures.append(f"{request.method} {request.url}\n  body {body}\n  {what}")


def fuzz(calls: int, *, first_seed: int = 1) -> Outcome:
    """Make about so many calls, spread over all routes."""
    with _running_application() as (app, client):
        caller = Caller(client, random.Random(first_seed))
        described: Any = schemathesis.openapi.from_dict(_description())
        operations = [one.ok() for one in described.get_all_operations()]
        caller.chance.shuffle(operations)
        rounds = 0
        while caller.outcome.calls < calls:
            share = min(_AT_ONCE, max(1, (calls - caller.outcome.calls) // (2 * len(operations))))
            for operation in operations:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    if caller.outcome.calls < calls:
                        caller.sessions = _new_sessions(app)
                        _generate(operation, mode, caller, share, first_seed + rounds)
            rounds += 1
            told = f"{caller.outcome.calls:,} calls, {len(caller.outcome.failures)} errors of the server\n"
            sys.stderr.write(told)
        return caller.outcome


def _new_sessions(app: FastAPI) -> tuple[str | None, ...]:
    """Mostly admins, a technician, and nobody; new ones, because what is called may have ended or disabled the last."""
    database = context_of(app).database
    roles = (Role.ADMIN, Role.ADMIN, Role.ADMIN, Role.TECHNICIAN)
    return (*(open_test_session(database, role=role, name=secrets.token_hex(8)) for role in roles), None)


def _generate(operation: Any, mode: GenerationMode, caller: Caller, examples: int, chance: int) -> None:  # noqa: ANN401
    @seed(chance)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:  # noqa: ANN401
        caller.call(case)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except (Unsatisfiable, FailedHealthCheck, InvalidSchema):
        return  # nothing about this route can be made wrong


def _description() -> dict[str, Any]:
    """The application's description with its pages, which are left out of the one for programs."""
    described = FastAPI()
    for module in vars(pages).values():
        if isinstance(module, ModuleType) and hasattr(module, "router"):
            described.include_router(module.router)
    described.include_router(api.router)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = described.openapi()
    whole["paths"] = {path: methods for path, methods in whole["paths"].items() if not path.endswith(_ENDLESS)}
    return whole


@contextmanager
def _running_application() -> Iterator[tuple[FastAPI, TestClient]]:
    """An application that counts, with a sample, some images and a batch in it."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Settings(
            data_dir=Path(folder) / "data",
            log_level="error",
            max_file_bytes=200_000,
            max_request_bytes=1_000_000,
            max_waiting_images=0,
            min_free_bytes=0,
        )
        app = create_app(installation, counter_factory=lambda _: KnowingCounter({}))
        with TestClient(app, base_url=_SERVER, raise_server_exceptions=False) as client:
            _seed(client, open_test_session(context_of(app).database))
            yield app, client


def _seed(client: TestClient, session: str) -> None:
    headers = {"Cookie": f"{SESSION_COOKIE}={session}"}
    for number in (1, 2, 3):
        client.post("/api/v1/samples", json={"accession_number": f"F-{number}"}, headers=headers)
        files = [("files", (f"{shade}.png", png_of(20 * number + shade), "image/png")) for shade in (1, 2)]
        client.post(f"/api/v1/samples/{number}/images", files=files, headers=headers)
    body = {"name": "b", "files": [{"path": "F-9/a.png", "size_bytes": 900}]}
    client.post("/api/v1/batches", json=body, headers=headers)


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given_options = parser.parse_args()
    started = time.monotonic()
    outcome = fuzz(given_options.calls, first_seed=given_options.seed)
    lines = [f"{outcome.calls:,} calls in {time.monotonic() - started:.0f} s: {dict(sorted(outcome.statuses.items()))}"]
    lines += [f"{len(outcome.failures)} errors of the server", *outcome.failures[:50]]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
