"""Accounts: who gets in, what ends when one is closed, and that somebody can always manage them."""

import json
import threading

import pytest
from sqlalchemy import select, text, update

from app.access_errors import AccountNameTaken, AccountNotFound, LastAdmin, SetupLinkSpent, SignInRefused
from app.db.base import utc_now
from app.db.records import AuditEventRecord, SetupLinkRecord
from app.db.session import Database
from app.errors import InvalidInput
from app.schemas.accounts import AccountSummary
from app.schemas.tokens import Role
from app.services.accounts import accounts
from app.services.accounts.setup_links import check_setup_link, issue_setup_link, set_up_first_admin
from app.services.accounts.sign_in import Visitor, sign_in
from app.services.accounts.user_sessions import find_actor
from app.settings import Settings
from tests.signing_in import open_test_session

PASSWORD = "seven drowsy llamas whistle"
VISITOR = Visitor("10.0.0.1", "Firefox", None)


def add(database: Database, name: str, role: Role = Role.TECHNICIAN) -> AccountSummary:
    with database.unit_of_work() as session:
        return accounts.create_account(session, name=name, role=role, password=PASSWORD, must_change_password=False)


def is_open(database: Database, settings: Settings, secret: str) -> bool:
    with database.unit_of_work() as session:
        return find_actor(session, secret, settings, address=None, is_click=True) is not None


def test_an_account_is_found_in_any_case_and_its_name_is_taken(database: Database) -> None:
    made = add(database, "  J.  Meyer ", Role.REVIEWER)

    assert (made.name, made.role) == ("J. Meyer", Role.REVIEWER)
    with database.unit_of_work() as session:
        assert accounts.account_by_name(session, "j. MEYER").id == made.id
    with pytest.raises(AccountNameTaken, match=r"'j\. meyer' exists already"):
        add(database, "j. meyer")


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\0b", "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(database: Database, name: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 64 visible characters"):
        add(database, name)


def test_a_full_name_is_kept_changed_and_audited(database: Database) -> None:
    made = add(database, "j.meyer", Role.REVIEWER)
    assert made.full_name is None

    with database.unit_of_work() as session:
        accounts.change_full_name(session, made.id, "  Dr. Jana   Meyer ")
        accounts.change_full_name(session, made.id, "Dr. Jana Meyer")
    with database.unit_of_work() as session:
        assert accounts.account_by_name(session, "j.meyer").full_name == "Dr. Jana Meyer"
        query = select(AuditEventRecord).where(AuditEventRecord.action == "account.changed")
        noted = [(json.loads(one.old_values or ""), json.loads(one.new_values or "")) for one in session.scalars(query)]
        assert noted == [({"full_name": None}, {"full_name": "Dr. Jana Meyer", "name": "j.meyer"})]
        accounts.change_full_name(session, made.id, " ")
        assert accounts.account_by_name(session, "j.meyer").full_name is None


@pytest.mark.parametrize(("name", "told"), [("x" * 129, "has 129 characters"), ("a\u202eb", "cannot be seen")])
def test_a_full_name_that_cannot_be_printed_is_refused(database: Database, name: str, told: str) -> None:
    made = add(database, "maria")

    with database.unit_of_work() as session, pytest.raises(InvalidInput, match=told):
        accounts.change_full_name(session, made.id, name)


def test_no_column_holds_the_password(database: Database) -> None:
    add(database, "maria")

    with database.engine.connect() as connection:
        for table in ("account", "audit_event"):
            assert PASSWORD not in str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608


def test_disabling_ends_every_session_and_refuses_the_password(database: Database, settings: Settings) -> None:
    add(database, "admin", Role.ADMIN)
    account = add(database, "maria")
    secret = open_test_session(database, name="maria")
    assert is_open(database, settings, secret)

    with database.unit_of_work() as session:
        accounts.disable_account(session, account.id)

    assert not is_open(database, settings, secret)
    with pytest.raises(SignInRefused):
        sign_in(database.unit_of_work, settings, name="maria", password=PASSWORD, visitor=VISITOR)
    with database.unit_of_work() as session:
        accounts.enable_account(session, account.id)
    assert (
        sign_in(database.unit_of_work, settings, name="maria", password=PASSWORD, visitor=VISITOR).actor.name == "maria"
    )
    assert not is_open(database, settings, secret)


def test_the_last_admin_can_be_neither_disabled_nor_demoted(database: Database) -> None:
    admin = add(database, "admin", Role.ADMIN)
    other = add(database, "other", Role.ADMIN)
    with database.unit_of_work() as session:
        accounts.disable_account(session, other.id)

    with database.unit_of_work() as session, pytest.raises(LastAdmin, match="make another admin first"):
        accounts.disable_account(session, admin.id)
    with database.unit_of_work() as session, pytest.raises(LastAdmin):
        accounts.change_role(session, admin.id, Role.REVIEWER)


def test_two_admins_who_disable_each_other_at_once_leave_one(database: Database) -> None:
    ids = [add(database, name, Role.ADMIN).id for name in ("a", "b")]
    barrier = threading.Barrier(2)

    def disable(account_id: int) -> None:
        barrier.wait()
        try:
            with database.unit_of_work() as session:
                accounts.disable_account(session, account_id)
        except Exception:  # noqa: BLE001, S110 - one of both is refused, or loses a deadlock
            pass

    threads = [threading.Thread(target=disable, args=(account_id,)) for account_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.unit_of_work() as session:
        assert sum(not account.is_disabled for account in accounts.list_accounts(session)) == 1


def test_a_reset_password_ends_sessions_and_has_to_be_changed(database: Database, settings: Settings) -> None:
    account = add(database, "maria")
    secret = open_test_session(database, name="maria")

    with database.unit_of_work() as session:
        accounts.reset_password(session, account.id, "nine purple otters juggle")

    assert not is_open(database, settings, secret)
    signed_in = sign_in(
        database.unit_of_work, settings, name="maria", password="nine purple otters juggle", visitor=VISITOR
    )
    assert signed_in.actor.must_change_password


def test_an_account_that_does_not_exist_is_told_so(database: Database) -> None:
    for number in (0, -1, 7, 2**63):
        with database.unit_of_work() as session, pytest.raises(AccountNotFound, match="user list"):
            accounts.disable_account(session, number)


def test_the_set_up_link_makes_one_admin_and_is_spent(database: Database) -> None:
    with database.unit_of_work() as session:
        secret, second = issue_setup_link(session), issue_setup_link(session)
    assert secret is not None
    assert second is not None
    with database.unit_of_work() as session:
        check_setup_link(session, secret)
        account = set_up_first_admin(session, secret=secret, name="first", password=PASSWORD)

    assert account.role is Role.ADMIN
    for spent in (secret, second):
        with database.unit_of_work() as session, pytest.raises(SetupLinkSpent):
            check_setup_link(session, spent)
        with database.unit_of_work() as session, pytest.raises(SetupLinkSpent):
            set_up_first_admin(session, secret=spent, name="second", password=PASSWORD)
    with database.unit_of_work() as session:
        assert issue_setup_link(session) is None


def test_a_set_up_link_survives_a_weak_password_but_not_an_hour(database: Database) -> None:
    with database.unit_of_work() as session:
        secret = issue_setup_link(session)
    assert secret is not None
    with pytest.raises(InvalidInput), database.unit_of_work() as session:
        set_up_first_admin(session, secret=secret, name="first", password="weak")
    with database.unit_of_work() as session:
        check_setup_link(session, secret)
        session.execute(update(SetupLinkRecord).values(expires_at=utc_now()))

    with database.unit_of_work() as session, pytest.raises(SetupLinkSpent, match="too old"):
        set_up_first_admin(session, secret=secret, name="first", password=PASSWORD)


@pytest.mark.parametrize("guess", ["", "x", "\ud800", "x" * 10_000])
def test_a_guessed_set_up_link_is_refused(database: Database, guess: str) -> None:
    with database.unit_of_work() as session:
        issue_setup_link(session)

    with database.unit_of_work() as session, pytest.raises(SetupLinkSpent):
        set_up_first_admin(session, secret=guess, name="first", password=PASSWORD)


def test_two_links_used_at_once_make_one_admin(database: Database) -> None:
    with database.unit_of_work() as session:
        secrets = [issue_setup_link(session), issue_setup_link(session)]
    barrier = threading.Barrier(2)
    refused: list[str] = []

    def use(secret: str, name: str) -> None:
        barrier.wait()
        try:
            with database.unit_of_work() as session:
                set_up_first_admin(session, secret=secret, name=name, password=PASSWORD)
        except SetupLinkSpent:
            refused.append(name)

    threads = [threading.Thread(target=use, args=(secret, f"n{index}")) for index, secret in enumerate(secrets)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    with database.unit_of_work() as session:
        assert len(accounts.list_accounts(session)) == 1
