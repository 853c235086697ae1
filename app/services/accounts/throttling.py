"""Slowing down those who guess passwords, without ever locking the laboratory out.

Failures are counted under four keys. An account at one address soon waits long; a whole address, which may be
everybody behind one proxy, and an account over all addresses, which a stranger may be attacking, wait a little. A
browser in which the account has signed in before is counted by itself alone, so nothing that strangers do slows its
owner down. Refused returns from single sign-on are counted by address under a key of their own.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.access_errors import TooManyAttempts
from app.db.base import utc_now
from app.db.inserting import insert_unless_present
from app.db.records import SignInThrottleRecord
from app.db.repositories import sign_in_throttles
from app.db.repositories.accounts import account_key

FORGET_AFTER = timedelta(hours=24)
_LARGEST_EXPONENT = 30


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures cost nothing, and how long the wait, which doubles from one second on, may get."""

    free_failures: int
    longest_wait_s: int


PAIR = Allowance(free_failures=5, longest_wait_s=900)
ADDRESS = Allowance(free_failures=30, longest_wait_s=30)
ACCOUNT = Allowance(free_failures=30, longest_wait_s=30)
BROWSER = Allowance(free_failures=10, longest_wait_s=300)


@dataclass(frozen=True, slots=True)
class AttemptKeys:
    """The keys under which one attempt is counted, each with its allowance."""

    by_key: dict[str, Allowance]


def attempt_keys(name: str, address: str | None, *, known_browser: str | None) -> AttemptKeys:
    """The keys of an attempt to sign in; ``known_browser`` is the hash of one that the account has used before."""
    account = account_key(name)
    if known_browser is not None:
        return AttemptKeys({_key("browser", account, known_browser): BROWSER})
    return AttemptKeys(
        {
            _key("pair", account, address or ""): PAIR,
            _key("address", address or ""): ADDRESS,
            _key("account", account): ACCOUNT,
        }
    )


def return_keys(address: str | None) -> AttemptKeys:
    """The key of a return from the single sign-on provider; not the address's own, or its outage slowed passwords."""
    return AttemptKeys({_key("single sign-on", address or ""): ADDRESS})


def claim_attempt(session: Session, keys: AttemptKeys) -> None:
    """Count an attempt before its password is looked at, so that a hundred at the same moment count as many.

    Raises:
        TooManyAttempts: Too many failed before; this one is not looked at.
    """
    now = utc_now()
    for key in sorted(keys.by_key):
        insert_unless_present(session, SignInThrottleRecord(key=key, failures=0, last_at=now))
    records = sign_in_throttles.lock_throttles(session, list(keys.by_key))
    waits = [(record.blocked_until - now).total_seconds() for record in records.values() if record.blocked_until]
    longest = max(waits, default=0.0)
    if longest > 0:
        raise TooManyAttempts(math.ceil(longest))
    for key, record in records.items():
        record.failures = 1 if now - record.last_at > FORGET_AFTER else record.failures + 1
        record.last_at = now
        record.blocked_until = _blocked_until(now, record.failures, keys.by_key[key])


def forgive_attempt(session: Session, keys: AttemptKeys) -> None:
    """Take an attempt back that turned out right; what aimed at this account from here is forgotten altogether."""
    records = sign_in_throttles.lock_throttles(session, list(keys.by_key))
    for key, record in records.items():
        allowance = keys.by_key[key]
        record.failures = max(0, record.failures - 1) if allowance in {ADDRESS, ACCOUNT} else 0
        record.blocked_until = None


def forget_account(session: Session, name: str) -> None:
    """Forget what was counted against an account over all addresses, after an admin set a new password."""
    sign_in_throttles.forget_throttles(session, [_key("account", account_key(name))])


def forget_old_attempts(session: Session) -> None:
    """Forget failures that count no more."""
    sign_in_throttles.forget_throttles_before(session, utc_now() - FORGET_AFTER)


def _blocked_until(now: datetime, failures: int, allowance: Allowance) -> datetime | None:
    beyond = failures - allowance.free_failures
    if beyond < 0:
        return None
    return now + timedelta(seconds=min(2 ** min(beyond, _LARGEST_EXPONENT), allowance.longest_wait_s))


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
