"""Passwords: hashed with argon2id, judged by how hard they are to guess and by nothing else."""

import secrets
import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from app.errors import InvalidInput

MIN_CHARACTERS = 12
MAX_CHARACTERS = 128
_JUDGED_CHARACTERS = 72
_HARD_ENOUGH = 3
"""Of zxcvbn's scores 0 to 4: "safely unguessable", more than 10^8 guesses."""

_AT_ONCE = threading.BoundedSemaphore(4)
"""Each hash takes 64 MiB for a fifth of a second: a flood of sign-ins waits here instead of filling the memory."""

_TEMPORARY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that is mistaken for another
_TEMPORARY_GROUPS, _TEMPORARY_GROUP_LETTERS = 4, 5


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # RFC 9106's second choice: argon2id, 64 MiB, 3 passes, 4 lanes


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its own salt and parameters."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether a password fits a hash. Without a hash the same work is done, so that time tells nothing."""
    with _AT_ONCE:
        try:
            _hasher().verify(password_hash or _hash_of_nobody(), _normal(password)[:MAX_CHARACTERS])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


def check_new_password(password: str, *, account_name: str) -> None:
    """Refuse a password that is easy to guess; letters, digits and signs are nobody's business.

    Raises:
        InvalidInput: It is too short, too long, or among the first that anybody would try.
    """
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise InvalidInput(
            "password",
            f"A password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters, and this one {len(password)}; "
            "a few words in a row are easy to remember.",
        )
    judged = zxcvbn(password[:_JUDGED_CHARACTERS], user_inputs=[account_name, "bloodcount"])
    if judged["score"] < _HARD_ENOUGH:
        why = judged["feedback"]["warning"].rstrip(".")
        raise InvalidInput(
            "password",
            f"This password is easy to guess{f' ({why[0].lower()}{why[1:]})' if why else ''}; "
            "take several words that do not belong together.",
        )


def temporary_password() -> str:
    """A password of 97 random bits that can be read out aloud; its holder has to change it."""
    groups = (
        "".join(secrets.choice(_TEMPORARY_ALPHABET) for _ in range(_TEMPORARY_GROUP_LETTERS))
        for _ in range(_TEMPORARY_GROUPS)
    )
    return "-".join(groups)


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    # The same letters, however a keyboard composes them; a lone surrogate is no letter, and no encoder takes it.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
