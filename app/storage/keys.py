"""Where in the store an image lies: told by its content, never by anything that a sender wrote."""

import re
from uuid import uuid4

PARTS_FOLDER = "parts"
"""Where parts of files lie that have not arrived as a whole; nothing else does, so that deleting there is safe."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"parts/[0-9a-f]{32}")


def storage_key(sha256: str) -> str:
    """The key of an image: its SHA-256 below two levels of folders, so that no folder grows too large.

    Raises:
        ValueError: It is not a SHA-256 in lower-case hexadecimal digits.
    """
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def new_part_key() -> str:
    """A key that nothing has yet, for a part of a file."""
    return f"{PARTS_FOLDER}/{uuid4().hex}"


def checked_part_key(key: str) -> str:
    """The key itself, proved to be one that ``new_part_key`` makes.

    Raises:
        ValueError: It is not.
    """
    if not _PART.fullmatch(key):
        raise ValueError(f"not the key of a part: {key!r}")
    return key


def checked_image_key(key: str) -> str:
    """The key itself, proved to be one that ``storage_key`` makes.

    Raises:
        ValueError: It is not.
    """
    if storage_key(key[-64:]) != key:
        raise ValueError(f"not the key of an image: {key!r}")
    return key


def checked_key(key: str) -> str:
    """The key itself, proved to be one that ``storage_key`` or ``new_part_key`` makes, so that it can leave no folder.

    Raises:
        ValueError: It is not.
    """
    if _PART.fullmatch(key):
        return key
    return checked_image_key(key)
