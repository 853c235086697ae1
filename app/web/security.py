"""Two guards around every request: security headers on each answer, and no form sent from another site.

Both are a few lines of plain ASGI instead of a library: the policy below is the whole configuration, there is nothing
to tighten afterwards, and streaming answers pass through untouched (ADR 0021).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BloodcountError
from app.web.problems import problem_response

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",  # blob: shows an image chosen for upload before it is sent
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _SOURCES.items()),
    "Cache-Control": "no-store",  # what may be kept says so itself; everything else may name a sample
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send "Origin: null" with the forms of our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

TLS_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",  # for a year the browser comes by TLS alone
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers that browsers heed over TLS only, and otherwise complain about."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_FETCH_SITES = frozenset({"same-origin", "none"})
_API_PREFIX = "/api/v1/"


class CrossSiteRequest(BloodcountError):
    """A form was sent from another web site."""

    code = "cross_site_request"
    http_status = 403

    def __init__(self) -> None:
        super().__init__(
            "This form was sent from another web site, so nothing was changed; open the page again and send it there."
        )


class SecurityHeadersMiddleware:
    """Adds the security headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                added = SECURITY_HEADERS | (TLS_HEADERS if scope["scheme"] == "https" else {})
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameSiteMiddleware:
    """Refuses a request that changes something and that a browser sent from another site.

    A call of the API with a bearer token is judged by its token: another site cannot know it, and a browser adds no
    such header by itself. It does add ``Authorization: Basic`` where a proxy asks for a password: that proves nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            if not _is_token_call(scope["path"], headers) and is_from_another_site(headers):
                await problem_response(scope, CrossSiteRequest())(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_token_call(path: str, headers: Headers) -> bool:
    scheme = headers.get("authorization", "").partition(" ")[0]
    return path.startswith(_API_PREFIX) and scheme.lower() == "bearer"


def is_from_another_site(headers: Headers) -> bool:
    """Whether a browser says that another site made this request.

    Browsers send Sec-Fetch-Site over https and to this machine, and Origin with every POST; programs send neither.
    """
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in _OWN_FETCH_SITES
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
