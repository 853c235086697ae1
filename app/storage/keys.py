"""Where in the store an image lies: told by its content, never by anything that a sender wrote."""

import re

_SHA256 = re.compile(r"[0-9a-f]{64}")


def storage_key(sha256: str) -> str:
    """The key of an image: its SHA-256 below two levels of folders, so that no folder grows too large.

    Raises:
        ValueError: It is not a SHA-256 in lower-case hexadecimal digits.
    """
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def checked_key(key: str) -> str:
    """The key itself, proved to be one that ``storage_key`` makes, so that it can leave no folder.

    Raises:
        ValueError: It is not.
    """
    if storage_key(key[-64:]) != key:
        raise ValueError(f"not a storage key: {key!r}")
    return key
