"""``bloodcount user``, ``token`` and ``audit``, as somebody at the server's console uses them."""

import io
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from app.cli import run
from app.db.session import create_database
from app.settings import get_settings

PASSWORD = "seven drowsy llamas whistle"


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path / "data"))


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def add(monkeypatch: pytest.MonkeyPatch, name: str, role: str, password: str = PASSWORD) -> int:
    typed(monkeypatch, f"{password}\nsecond line")
    return run(["user", "add", name, "--role", role, "--password-stdin"])


def test_an_account_is_made_listed_changed_and_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "boss", "admin") == 0
    assert add(monkeypatch, "maria", "reviewer") == 0
    assert run(["user", "set-role", "MARIA", "--role", "technician"]) == 0
    assert run(["user", "disable", "maria"]) == 0
    assert run(["user", "set-full-name", "maria", "Maria Lind"]) == 0
    assert "maria signs as Maria Lind from now on." in capsys.readouterr().out
    assert run(["user", "list"]) == 0
    listed = capsys.readouterr().out
    assert re.search(r"maria\W+Maria Lind\W+technician\W+disabled", listed)
    assert run(["user", "enable", "maria"]) == 0
    typed(monkeypatch, "nine purple otters juggle\n")
    assert run(["user", "reset-password", "maria", "--password-stdin"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["user", "disable", "nobody"], "There is no account 'nobody'"),
        (["user", "disable", "boss"], "make another admin first"),
        (["token", "revoke", "9"], "There is no API token number 9"),
        (["token", "create", "x", "--scope", "all"], "'all' is no scope"),
        (["audit", "verify", "--expect", "5"], "is no end of a chain"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    add(monkeypatch, "boss", "admin")

    assert run(arguments) == 1
    assert words in capsys.readouterr().err


def test_a_weak_password_and_a_taken_name_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(monkeypatch, "boss", "admin", "password1234") == 1
    assert "easy to guess" in capsys.readouterr().err
    assert add(monkeypatch, "boss", "admin") == 0
    assert add(monkeypatch, "BOSS", "technician") == 1
    assert "exists already" in capsys.readouterr().err
    assert add(monkeypatch, "x", "chief") == 2


def test_without_a_terminal_the_password_has_to_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, PASSWORD)

    assert run(["user", "add", "maria", "--role", "admin"]) == 1
    assert "--password-stdin" in capsys.readouterr().err


def test_tokens_are_made_listed_and_revoked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["token", "create", "analyser", "--scope", "samples:read", "--days", "30"]) == 0
    token = capsys.readouterr().out.strip()
    assert token.startswith("bloodcount_")
    assert run(["token", "revoke", "1"]) == 0
    assert run(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert "samples:read" in listed
    assert token not in listed


def test_the_trail_is_verified_exported_and_names_who_ran_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(monkeypatch, "boss", "admin")
    run(["token", "create", "analyser"])
    capsys.readouterr()

    assert run(["audit", "verify"]) == 0
    end = capsys.readouterr().out.split()[-1]
    assert run(["audit", "verify", "--expect", end]) == 0
    assert run(["audit", "export"]) == 0
    lines = capsys.readouterr().out.splitlines()[2:]
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    assert [entry["action"] for entry in entries] == ["account.created", "token.created"]
    assert {entry["actor_kind"] for entry in entries} == {"command"}
    assert "@" in entries[0]["actor_name"]


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["UPDATE audit_event SET new_values = '{}' WHERE seq = 2"], "changed: entry 2 is not as it was written"),
        (["DELETE FROM audit_event WHERE seq = 2"], "removed: entry 2 is missing"),
    ],
)
def test_a_trail_that_was_tampered_with_is_exit_1_and_says_where(
    capsys: pytest.CaptureFixture[str], statements: list[str], words: str
) -> None:
    for name in ("a", "b", "c"):
        run(["token", "create", name])
    database = create_database(get_settings())
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        for statement in statements:
            connection.execute(text(statement))
    database.dispose()
    capsys.readouterr()

    assert run(["audit", "verify"]) == 1
    told = capsys.readouterr()
    assert words in told.out
    assert "tampered with" in told.err


def test_signed_reports_are_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "verify"]) == 0
    assert "All 0 signed reports are as they were signed." in capsys.readouterr().out

    database = create_database(get_settings())
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO account (name, name_key, role, must_change_password, created_at, password_changed_at)"
            " VALUES ('eva', 'eva', 'reviewer', 0, '2026-11-27', '2026-11-27')"
        )
        connection.exec_driver_sql(
            "INSERT INTO sample (accession_number, accession_key, created_at) VALUES ('1', '1', '2026-11-27')"
        )
        connection.exec_driver_sql(
            "INSERT INTO signed_report (sample_id, version, signer_id, signer, meaning, signed_at, snapshot, sha256)"
            " VALUES (1, 1, 1, 'eva', 'reviewed', '2026-11-27 00:00:00', '{}', 'ab')"
        )
    database.dispose()

    assert run(["report", "verify", "--sample", "1"]) == 1
    told = capsys.readouterr()
    assert "sample 1, version 1: Its content has the SHA-256 44136fa3" in told.out
    assert "1 of 1 signed reports are not as they were signed." in told.err
