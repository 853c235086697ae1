"""Only requests that name this server are answered: a name that a stranger points at this address opens nothing."""

import ipaddress
import socket

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access_errors import UnknownHost
from app.web.problems import problem_response

_OWN_NAMES = frozenset({"localhost"})


class HostMiddleware:
    """Answers 421 to a host name that is neither this machine's, nor an address, nor in the settings.

    DNS rebinding needs a name: a page of evil.example, whose name suddenly means this server's address, still sends
    its own name. An address written in figures is therefore always taken.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: str | None) -> None:
        self.app = app
        listed = {name.strip().lower() for name in (allowed_hosts or "").split(",") if name.strip()}
        machine = socket.gethostname().lower()
        self.names = _OWN_NAMES | listed | {machine, machine.partition(".")[0], f"{machine.partition('.')[0]}.local"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] == "http" and not self._is_known(Headers(scope=scope).getlist("host")):
            await problem_response(scope, UnknownHost())(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_known(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return not hosts  # no browser leaves it out; two of them are an attack
        name = host_name(hosts[0])
        return name in self.names or _is_address(name)


def host_name(host: str) -> str:
    """The name or address in a Host header, without port, brackets and final dot, in small letters."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
