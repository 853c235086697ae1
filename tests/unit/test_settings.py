"""Settings: defaults, refusals in words, and nothing secret in a log."""

from pathlib import Path

import pytest

from app.settings import InvalidSettings, get_settings


def test_everything_lies_in_the_data_folder_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path / "data of today"))

    settings = get_settings()

    assert settings.database_url == f"sqlite:///{tmp_path}/data of today/bloodcount.db"
    assert settings.storage_url == f"file://{tmp_path}/data of today/images"


def test_nobody_but_this_machine_is_served_by_default() -> None:
    assert get_settings().host == "127.0.0.1"


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("BLOODCOUNT_PORT=9001\nBLOODCOUNT_DEVICE=cpu\nOTHER_PROGRAM=1\n")
    monkeypatch.setenv("BLOODCOUNT_PORT", "9002")

    settings = get_settings()

    assert (settings.port, settings.device) == (9002, "cpu")


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_WEIGHTS_PATH", "")

    assert get_settings().weights_path is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_the_installed_driver(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", f"{scheme}://lab@db/bloodcount")

    assert get_settings().database_url == "postgresql+psycopg://lab@db/bloodcount"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BLOODCOUNT_PORT", "http", "integer"),
        ("BLOODCOUNT_PORT", "70000", "65535"),
        ("BLOODCOUNT_DEVICE", "gpu", "'auto', 'cpu' or 'cuda'"),
        ("BLOODCOUNT_MAX_FILE_BYTES", "0", "1"),
    ],
)
def test_an_impossible_value_is_refused_in_one_sentence(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidSettings) as refusal:
        get_settings()

    message = str(refusal.value)
    assert message.startswith(f"{name}='{value}'")
    assert said in message
    assert "\n" not in message


def test_an_address_that_cannot_be_used_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", "mysql://lab:hunter2-and-more@db/lab")

    with pytest.raises(InvalidSettings, match="databases are sqlite:/// or postgresql://, not 'mysql'") as refusal:
        get_settings()

    assert "hunter2" not in str(refusal.value)


def test_a_mistyped_variable_is_refused_with_the_right_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_TRUSTED_PROXIESS", "true")

    with pytest.raises(InvalidSettings, match="did you mean BLOODCOUNT_TRUSTED_PROXIES"):
        get_settings()


@pytest.mark.parametrize("name", ["BLOODCOUNT_TRUSTED_PROXIESS", "bloodcount_trusted_proxiess"])
def test_a_mistyped_variable_of_the_env_file_is_refused_too(tmp_path: Path, name: str) -> None:
    (tmp_path / ".env").write_text(f"BLOODCOUNT_PORT=9001\nexport {name}=true\n")

    with pytest.raises(InvalidSettings, match="PROXIESS is not a setting; did you mean BLOODCOUNT_TRUSTED_PROXIES"):
        get_settings()


def test_a_password_in_an_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", "postgresql://lab:hunter2-and-more@db/bloodcount")

    assert "hunter2" not in repr(get_settings())


@pytest.mark.parametrize("password", ["hunter2", "aaaaaaaaaaaaaaaa", "bloodcount"])
def test_a_database_password_that_is_easy_to_guess_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", f"postgresql://lab:{password}@db/records")

    with pytest.raises(InvalidSettings, match="easy to guess") as refusal:
        get_settings()

    assert password not in str(refusal.value)


@pytest.mark.parametrize("address", ["lab:hunter2@localhost", "lab@db", "lab:kD8-vw2qLz0T@db"])
def test_a_good_password_none_and_one_of_this_machine_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", f"postgresql://{address}/records")

    assert address in get_settings().database_url


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("OIDC_ISSUER", "http://login.hospital.example", "must begin with https"),
        ("OIDC_ISSUER", "https://login.hospital.example", "needs BLOODCOUNT_OIDC_CLIENT_ID and"),
        ("OIDC_PUBLIC_URL", "https://bloodcount.hospital.example/?x", "must be a plain address"),
        ("OIDC_CLIENT_SECRET", "abc", "needs BLOODCOUNT_OIDC_ISSUER and"),
    ],
)
def test_half_a_set_up_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"BLOODCOUNT_{name}", value)

    with pytest.raises(InvalidSettings, match=told) as refusal:
        get_settings()

    assert "abc" not in str(refusal.value)
