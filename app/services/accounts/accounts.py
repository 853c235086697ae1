"""Accounts: make one, change its role, disable it, set and change its password."""

from sqlalchemy.orm import Session

from app.access_errors import AccountNameTaken, LastAdmin
from app.db.base import utc_now
from app.db.records import AccountRecord
from app.db.repositories import accounts, user_sessions
from app.errors import InvalidInput
from app.schemas.accounts import AccountSummary
from app.schemas.audit import AuditAction
from app.schemas.tokens import Role
from app.services.accounts.passwords import check_new_password, hash_password
from app.services.accounts.throttling import forget_account
from app.services.accounts.user_sessions import revoke_all_sessions
from app.services.audit import record_event

MAX_NAME_CHARACTERS = 64
MAX_FULL_NAME_CHARACTERS = 128


def create_account(
    session: Session, *, name: str, role: Role, password: str, must_change_password: bool, full_name: str = ""
) -> AccountSummary:
    """Make an account; ``must_change_password`` where somebody else than its holder chose the password.

    Raises:
        InvalidInput: The name, the full name or the password cannot be used.
        AccountNameTaken: The name exists already, in whatever case.
    """
    cleaned = clean_account_name(name)
    printed_name = clean_full_name(full_name)
    check_new_password(password, account_name=cleaned)
    return _add(
        session,
        AccountRecord(
            name=cleaned,
            name_key=accounts.account_key(cleaned),
            role=role,
            password_hash=hash_password(password),
            must_change_password=must_change_password,
            full_name=printed_name,
        ),
    )


def list_accounts(session: Session) -> list[AccountSummary]:
    """Every account, by name."""
    return [_summary(record) for record in accounts.list_accounts(session)]


def account_by_name(session: Session, name: str) -> AccountSummary:
    """The account of this name, in whatever case.

    Raises:
        AccountNotFound: There is none.
    """
    return _summary(accounts.get_account_by_name(session, name))


def account_name(session: Session, account_id: int) -> str:
    """The name of an account.

    Raises:
        AccountNotFound: There is no such account.
    """
    return accounts.get_account(session, account_id).name


def change_role(session: Session, account_id: int, role: Role) -> None:
    """Give an account another role; who is signed in with it may do more or less at once.

    Raises:
        AccountNotFound: There is no such account.
        LastAdmin: Nobody could manage accounts any more.
    """
    record = accounts.get_account(session, account_id)
    if record.role is role:
        return
    if record.role is Role.ADMIN:
        _keep_an_admin(session, record)
    old, record.role = record.role, role
    _note_change(session, record, old={"role": old}, new={"role": role})


def change_full_name(session: Session, account_id: int, full_name: str) -> None:
    """Enter the full name of an account's holder; reports signed before keep the one of their day.

    Raises:
        AccountNotFound: There is no such account.
        InvalidInput: The name cannot be used.
    """
    record = accounts.get_account(session, account_id)
    cleaned = clean_full_name(full_name)
    if cleaned == record.full_name:
        return
    old, record.full_name = record.full_name, cleaned
    _note_change(session, record, old={"full_name": old}, new={"full_name": cleaned})


def disable_account(session: Session, account_id: int) -> None:
    """Close an account and end its sessions; what its holder did stays.

    Raises:
        AccountNotFound: There is no such account.
        LastAdmin: Nobody could manage accounts any more.
    """
    record = accounts.get_account(session, account_id)
    if record.disabled_at is not None:
        return
    _keep_an_admin(session, record)
    record.disabled_at = utc_now()
    revoke_all_sessions(session, record.id)
    user_sessions.forget_browsers(session, record.id)
    _note_change(session, record, old={"disabled": False}, new={"disabled": True})


def enable_account(session: Session, account_id: int) -> None:
    """Open an account that was disabled.

    Raises:
        AccountNotFound: There is no such account.
    """
    record = accounts.get_account(session, account_id)
    if record.disabled_at is not None:
        record.disabled_at = None
        _note_change(session, record, old={"disabled": True}, new={"disabled": False})


def reset_password(session: Session, account_id: int, password: str) -> None:
    """Set another person's password: it has to be changed at the next sign-in, every session and wait ends.

    Raises:
        AccountNotFound: There is no such account.
        InvalidInput: The password is easy to guess.
    """
    record = accounts.get_account(session, account_id)
    _set_password(session, record, password, must_change=True)
    revoke_all_sessions(session, record.id)
    user_sessions.forget_browsers(session, record.id)
    forget_account(session, record.name)
    record_event(session, AuditAction.PASSWORD_RESET, subject_kind="account", subject_id=record.id)


def change_own_password(session: Session, account_id: int, password: str, *, keep_session_id: int | None) -> None:
    """Change one's own password, once the old one was checked; sessions in other browsers end.

    Raises:
        AccountNotFound: There is no such account.
        InvalidInput: The new password is easy to guess.
    """
    record = accounts.get_account(session, account_id)
    _set_password(session, record, password, must_change=False)
    revoke_all_sessions(session, record.id, keep_id=keep_session_id)
    record_event(session, AuditAction.PASSWORD_CHANGED, subject_kind="account", subject_id=record.id)


def clean_account_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        InvalidInput: It is empty, too long, or has characters that cannot be seen.
    """
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > MAX_NAME_CHARACTERS or not cleaned.isprintable():
        raise InvalidInput("name", f"A name has 1 to {MAX_NAME_CHARACTERS} visible characters, such as 'j.meyer'.")
    return cleaned


def clean_full_name(full_name: str) -> str | None:
    """A holder's full name as it is kept; None for an empty one.

    Raises:
        InvalidInput: It is too long, or has characters that cannot be seen.
    """
    cleaned = " ".join(full_name.split())
    if len(cleaned) > MAX_FULL_NAME_CHARACTERS:
        limit = f"at most {MAX_FULL_NAME_CHARACTERS} are allowed"
        raise InvalidInput("full_name", f"The full name has {len(cleaned)} characters; {limit}.")
    if not cleaned.isprintable():
        raise InvalidInput("full_name", "The full name holds characters that cannot be seen. Type it again by hand.")
    return cleaned or None


def _add(session: Session, record: AccountRecord) -> AccountSummary:
    added = accounts.add_account(session, record)
    if added is None:
        raise AccountNameTaken(record.name)
    new = {"name": added.name, "full_name": added.full_name, "role": added.role}
    record_event(session, AuditAction.ACCOUNT_CREATED, subject_kind="account", subject_id=added.id, new=new)
    return _summary(added)


def _set_password(session: Session, record: AccountRecord, password: str, *, must_change: bool) -> None:
    check_new_password(password, account_name=record.name)
    record.password_hash = hash_password(password)
    record.must_change_password = must_change
    record.password_changed_at = utc_now()
    session.flush()


def _keep_an_admin(session: Session, record: AccountRecord) -> None:
    is_active_admin = record.role is Role.ADMIN and record.disabled_at is None
    if is_active_admin and accounts.count_other_active_admins(session, record.id) == 0:
        raise LastAdmin(record.name)


def _note_change(session: Session, record: AccountRecord, *, old: dict[str, object], new: dict[str, object]) -> None:
    about = {"name": record.name}
    record_event(
        session, AuditAction.ACCOUNT_CHANGED, subject_kind="account", subject_id=record.id, old=old, new=new | about
    )


def _summary(record: AccountRecord) -> AccountSummary:
    return AccountSummary(
        id=record.id,
        name=record.name,
        full_name=record.full_name,
        role=record.role,
        created_at=record.created_at,
        disabled_at=record.disabled_at,
        must_change_password=record.must_change_password,
    )
