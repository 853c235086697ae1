"""Two providers of single sign-on: a real one as a process of its own, and one that says what a test wants."""

import gzip
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.main import create_app
from app.settings import Settings

CLIENT_ID = "bloodcount-tests"
PUBLIC_URL = "http://127.0.0.1:8000"
_DEADLINE_S = 60.0


@contextmanager
def real_provider() -> Iterator[str]:
    """oidc-provider-mock, which is built with Authlib's server side; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"],
        stderr=subprocess.DEVNULL,
    )
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait_for(f"{issuer}/.well-known/openid-configuration")
        yield issuer
    finally:
        process.terminate()
        process.wait(30)


def let_in(address: str, subject: str) -> dict[str, str]:
    """What a person does at the real provider: sign in as ``subject``; what it then sends the browser back with."""
    answer = httpx2.post(address, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code in {302, 303}, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while True:
        try:
            httpx2.get(address).raise_for_status()
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def visitor(settings: Settings, issuer: str) -> TestClient:
    """A browser at a server that knows maria and trusts this provider."""
    changed = settings.model_copy(
        update={
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": "a-secret-of-the-tests",
            "oidc_public_url": PUBLIC_URL,
        }
    )
    return TestClient(create_app(changed, counting=False), follow_redirects=False)


class SaidProvider:
    """A provider that makes the statements that a test asks for, truthfully signed unless told otherwise."""

    def __init__(self) -> None:
        """Serve on a free port of this machine."""
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"}, auto_kid=False)
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.token: str | None = None
        self.padding = ""
        self.is_compressed = False
        self.pause_s = 0.0
        self.asked: list[str] = []
        self.looked_at: list[str] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()

    def statement(self, asked_nonce: str, **claims: object) -> dict[str, Any]:
        """The claims of a good statement, with some replaced; None leaves one out."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": "maria-7",
            "aud": CLIENT_ID,
            "nonce": asked_nonce,
            "iat": now,
            "exp": now + 300,
        }
        return {name: value for name, value in {**good, **claims}.items() if value is not None}

    def signed(self, claims: dict[str, Any], *, alg: str = "RS256", key: Any = None, kid: str = "one") -> str:  # noqa: ANN401
        """A signed statement."""
        return jwt.encode({"alg": alg, "kid": kid}, claims, key or self.key, algorithms=[alg])

    def answer(self, path: str) -> dict[str, Any]:
        """What one address answers."""
        if path.endswith("openid-configuration"):
            endpoints = {
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
            return {"issuer": self.issuer, **endpoints, **self.metadata, "padding": self.padding}
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token or self.signed(self.claims)}

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.looked_at.append(self.path)
                self._say()

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                provider.asked.append(self.rfile.read(length).decode())
                self._say()

            def _say(self) -> None:
                body = json.dumps(provider.answer(self.path)).encode()
                self.send_response(200)
                if provider.is_compressed:
                    body = gzip.compress(body)
                    self.send_header("content-encoding", "gzip")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):  # whoever asked need not wait for the rest
                    for start in range(0, len(body), 100) if provider.pause_s else ():
                        self.wfile.write(body[start : start + 100])
                        time.sleep(provider.pause_s)
                    self.wfile.write(b"" if provider.pause_s else body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
