"""Passwords are judged by how hard they are to guess, and known only by a slow, salted hash."""

import time

import pytest

from app.errors import InvalidInput
from app.services.accounts.passwords import (
    check_new_password,
    hash_password,
    is_password,
    needs_new_hash,
    temporary_password,
)

GOOD = "seven drowsy llamas whistle"


def test_a_hash_is_argon2id_with_its_own_salt_and_fits_its_password_alone() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)

    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert is_password(GOOD, first)
    assert not is_password(GOOD + " ", first)
    assert not needs_new_hash(first)
    assert needs_new_hash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA")


def test_a_password_fits_however_the_keyboard_composes_its_letters() -> None:
    assert is_password("Mu\u0308ller trinkt Kaffee", hash_password("M\u00fcller trinkt Kaffee"))


@pytest.mark.parametrize("broken", [None, "", "no hash", "$argon2id$v=19$m=8"])
def test_without_a_usable_hash_no_password_fits(broken: str | None) -> None:
    assert not is_password(GOOD, broken)


def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    known = hash_password(GOOD)
    is_password("warm up", None)
    times = []
    for stored in (known, None):
        started = time.perf_counter()
        for _ in range(3):
            is_password("wrong password", stored)
        times.append(time.perf_counter() - started)

    assert 0.3 < times[0] / times[1] < 3.0


WEAK = {
    "too short": ("short", "12 to 128 characters, and this one 5"),
    "too long": ("x" * 129, "12 to 128 characters, and this one 129"),
    "common": ("password1234", "easy to guess"),
    "a row of keys": ("qwertyuiop123", "easy to guess"),
    "one letter": ("aaaaaaaaaaaaaa", "easy to guess"),
    "the own name": ("maria.lopez2024", "easy to guess"),
    "the program": ("bloodcount2026", "easy to guess"),
}


@pytest.mark.parametrize(("password", "words"), WEAK.values(), ids=WEAK)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        check_new_password(password, account_name="maria.lopez")

    assert refused.value.field == "password"
    assert password not in refused.value.message


@pytest.mark.parametrize(
    "password", [GOOD, "x7!kq9Zr#2mW", "żółty koń pije mleko", "p" * 3 + " quorum vexed 17 badgers " * 4]
)
def test_no_kind_of_letter_is_asked_for(password: str) -> None:
    check_new_password(password, account_name="maria")

    assert is_password(password, hash_password(password))


def test_temporary_passwords_differ_and_are_good_ones() -> None:
    made = {temporary_password() for _ in range(50)}

    assert len(made) == 50
    for password in made:
        check_new_password(password, account_name="maria")
