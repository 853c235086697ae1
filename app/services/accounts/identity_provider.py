"""An OpenID provider: where it lets people sign in, and whom it then names (OpenID Connect Core 1.0, code flow)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.access_errors import SingleSignOnFailed
from app.services.accounts.provider_memory import ProviderMemory
from app.settings import Settings

CALLBACK_PATH = "/login/single-sign-on/back"
_ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures with a private key only: what is signed with a shared secret, or not at all, proves nothing."""

_TIMEOUT_S = 10.0
"""For each wait, and for the whole of one answer's body."""

_MOST_BYTES = 1_000_000
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, 2
_CLOCKS_APART_S = 60
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider names. ``shown_name`` is for people to read and decides nothing."""

    issuer: str
    subject: str
    shown_name: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back, known to the browser that begins it: three secrets of chance."""

    state: str
    nonce: str
    code_verifier: str


class IdentityProvider:
    """The provider that the settings name. Its addresses are remembered, its keys asked for anew: keys change."""

    def __init__(self, settings: Settings, memory: ProviderMemory) -> None:
        """Take what the settings say of the provider, and what this process remembers of it.

        Raises:
            SingleSignOnFailed: They name none.
        """
        if not settings.oidc_issuer or not settings.oidc_public_url:
            raise SingleSignOnFailed("Single sign-on is not set up on this server.")
        self.issuer = settings.oidc_issuer
        self._memory = memory
        self._client_id, self._client_secret = settings.oidc_client_id, settings.oidc_client_secret
        self._redirect_uri = settings.oidc_public_url + CALLBACK_PATH

    def sign_in_address(self, attempt: Attempt) -> str:
        """Where the browser goes to let the provider see who sits there.

        Raises:
            SingleSignOnFailed: The provider does not answer, or not as one, or too many wait for it.
        """
        endpoint = self._memory.recall(self._metadata)["authorization_endpoint"]
        parameters = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.code_verifier),
            "code_challenge_method": "S256",
        }
        return str(add_params_to_uri(endpoint, list(parameters.items())))

    def identify(self, attempt: Attempt, code: str) -> Identity:
        """Exchange the code that the browser brought back for a signed statement of who it is, and check that.

        Raises:
            SingleSignOnFailed: The provider does not answer, refuses the code, or its statement is not good.
        """
        metadata = self._memory.recall(self._metadata)
        with self._client() as client:
            token = self._fetched_token(client, metadata["token_endpoint"], code, attempt)
            keys = self._fetched(client, metadata["jwks_uri"])
        try:
            claims = self._claims(token, keys, metadata["issuer"], attempt)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise SingleSignOnFailed(
                f"What the provider said of you cannot be believed ({type(error).__name__})."
            ) from error
        shown = claims.get("preferred_username") or claims.get("name")
        return Identity(self.issuer, str(claims["sub"]), _printable(shown))

    def _claims(self, token: dict[str, Any], keys: dict[str, Any], issuer: str, attempt: Attempt) -> CodeIDToken:
        decoded = jwt.decode(
            token["id_token"],
            key=KeySet.import_key_set(keys),  # type: ignore[arg-type] # a key set as the provider sends it
            registry=JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False),
        )
        options = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": self._client_id},
            "nonce": {"essential": True, "value": attempt.nonce},
        }
        expected = {"nonce": attempt.nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, expected)
        claims.validate(now=int(time.time()), leeway=_CLOCKS_APART_S)
        subject = str(claims["sub"])
        if not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isascii() or not subject.isprintable():
            raise ValueError("the subject is empty, too long, or not of visible ASCII characters")
        return claims

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret,
            redirect_uri=self._redirect_uri,
            timeout=_TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept-Encoding": "identity"},
            transport=_BoundedTransport(),
        )

    def _metadata(self) -> dict[str, str]:
        with self._client() as client:
            found = self._fetched(client, f"{self.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise SingleSignOnFailed("The provider calls itself by another address than BLOODCOUNT_OIDC_ISSUER.")
        for name in _ENDPOINTS:
            if not self._may_ask(str(found.get(name, ""))):
                raise SingleSignOnFailed(f"The provider's {name} is missing or not encrypted.")
        return {name: str(found[name]) for name in ("issuer", *_ENDPOINTS)}

    def _may_ask(self, address: str) -> bool:
        """Encrypted like the issuer itself; without encryption only the issuer's own machine."""
        parts, own = urlsplit(address), urlsplit(self.issuer)
        return parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", own.hostname) == (
            own.scheme,
            own.hostname,
        )

    def _fetched(self, client: OAuth2Client, address: str) -> dict[str, Any]:
        try:
            answer = client.request("GET", address, withhold_token=True)
            answer.raise_for_status()
            found = answer.json()
        except (httpx2.HTTPError, ValueError, AuthlibBaseError) as error:
            raise _no_answer(error) from error
        if not isinstance(found, dict):
            raise SingleSignOnFailed("The provider's answer is not what OpenID asks for.")
        return found

    def _fetched_token(self, client: OAuth2Client, endpoint: str, code: str, attempt: Attempt) -> dict[str, Any]:
        try:
            token: dict[str, Any] = dict(
                client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=self._redirect_uri,
                    code_verifier=attempt.code_verifier,
                )
            )
        except (httpx2.HTTPError, ValueError, AuthlibBaseError) as error:
            raise _no_answer(error) from error
        return token


class _BoundedTransport(httpx2.HTTPTransport):
    """Ends answers that are longer, or take longer, than any of a provider's."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            httpx2.HTTPError: No answer, a compressed one, or (while it is read) one that is too long or too slow.
        """
        answer = super().handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            # 1 MB of it could become 1 GB in memory, and no provider has to: it was asked not to.
            raise httpx2.DecodingError("the answer is compressed, which was not asked for")
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_BoundedStream(answer.stream),
            extensions=answer.extensions,
        )


class _BoundedStream(httpx2.SyncByteStream):
    """The bytes of an answer up to the limits."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 # httpx2 types it as either of its two kinds
        self._stream = stream
        self._ends_at = time.monotonic() + _TIMEOUT_S

    def __iter__(self) -> Iterator[bytes]:
        """The chunks.

        Raises:
            httpx2.ReadError: There are more bytes than any provider sends.
            httpx2.ReadTimeout: They come one by one, each within the time-out, and together they do not.
        """
        left = _MOST_BYTES
        for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx2.ReadError(f"the answer is longer than {_MOST_BYTES} bytes")
            if time.monotonic() > self._ends_at:
                raise httpx2.ReadTimeout(f"the answer took longer than {_TIMEOUT_S} s")
            yield chunk

    def close(self) -> None:
        """Let go of the connection."""
        self._stream.close()


def _no_answer(error: Exception) -> SingleSignOnFailed:
    return SingleSignOnFailed(f"The provider did not answer as it should ({type(error).__name__}).")


def _printable(name: object) -> str | None:
    return "".join(filter(str.isprintable, name))[:64] or None if isinstance(name, str) else None
