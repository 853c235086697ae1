"""What settings that concern safety may hold; the messages become part of the sentence about the setting."""

from urllib.parse import unquote, urlsplit

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_SHORTEST_PASSWORD, _FEWEST_CHARACTERS = 12, 6


def refuse_weak_password(url: str) -> None:
    """Refuse a password of few characters or of few different ones, where the database is reached over a network.

    Raises:
        ValueError: The password of this address is easy to guess.
    """
    address = urlsplit(url)
    password = unquote(address.password or "")
    if not password or address.hostname in _THIS_MACHINE:
        return
    if len(password) < _SHORTEST_PASSWORD or len(set(password)) < _FEWEST_CHARACTERS:
        raise ValueError(
            f"the database's password is easy to guess; take at least {_SHORTEST_PASSWORD} characters, made by chance"
        )


def encrypted_address(url: str) -> str:
    """An address that carries sign-ins, without the stroke at its end; without TLS only to this machine.

    Raises:
        ValueError: It is not reached over https, or is more than a plain address.
    """
    address = urlsplit(url)
    is_near = address.hostname in _THIS_MACHINE
    if not address.hostname or address.scheme not in ({"https", "http"} if is_near else {"https"}):
        raise ValueError("it must begin with https:// (http:// is for this machine alone)")
    if address.query or address.fragment or address.username:
        raise ValueError("it must be a plain address, without a name, a question mark or a number sign")
    return url.rstrip("/")
