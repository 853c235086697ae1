"""``bloodcount bench``: a server of its own, measured, that leaves the installation alone."""

import json
import re
from pathlib import Path

import pytest

from app.cli import run
from app.db.repositories.accounts import has_accounts
from app.db.session import create_database
from app.settings import Settings
from tests.component.commands.test_count import smear_file


@pytest.mark.slow
def test_a_server_is_started_measured_and_ended_beside_the_installation(
    random_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLOODCOUNT_WEIGHTS_PATH", str(random_release))
    # The installation's own addresses, which nothing measured may reach.
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", f"sqlite:///{tmp_path}/own/bloodcount.db")
    monkeypatch.setenv("BLOODCOUNT_STORAGE_URL", f"file://{tmp_path}/own/images")
    monkeypatch.setattr("app.commands.server_benchmark._IDLE_S", 0.0)
    status = run(["bench", "server", "--uploads", "2", "--image", str(smear_file(tmp_path / "field.png"))])
    figures = json.loads(capsys.readouterr().out)

    assert status == 0
    assert 0 < figures["start_to_ready_s"] < 120
    assert 50 < figures["idle_resident_mb"] < 8000
    assert 0 < figures["upload_to_result_s"]["median"] <= figures["upload_to_result_s"]["max"]
    assert not (tmp_path / "own").exists()


def test_a_server_that_does_not_start_ends_the_benchmark_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLOODCOUNT_COUNT_CONCURRENCY", "many")
    status = run(["bench", "server"])
    written = capsys.readouterr()

    assert (status, written.out) == (1, "")
    assert re.fullmatch(
        r"bloodcount: the server did not get ready; it said: [^\n]*BLOODCOUNT_COUNT_CONCURRENCY[^\n]*\n", written.err
    )


@pytest.mark.slow
def test_the_list_of_samples_is_timed_by_somebody_who_is_signed_in_and_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path))
    assert run(["bench", "seed", "--samples", "20"]) == 0
    capsys.readouterr()

    status = run(["bench", "history", "--rounds", "4"])
    figures = json.loads(capsys.readouterr().out)

    assert (status, figures["samples"]) == (0, 20)
    assert figures["search_by_number"]["median_ms"] > 0
    database = create_database(Settings(data_dir=tmp_path))
    with database.unit_of_work() as session:
        assert not has_accounts(session)
    database.dispose()


def test_timing_the_network_needs_weights(capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["bench", "network", "--weights", "none.safetensors"])
    written = capsys.readouterr()

    assert (status, written.out) == (1, "")
    assert re.fullmatch(r"bloodcount: none\.safetensors[^\n]+\n", written.err)


@pytest.mark.parametrize("arguments", [["server", "--uploads", "0"], ["network", "--rounds", "0"], ["disk"]])
def test_a_usage_error_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", *arguments]) == 2
    assert capsys.readouterr().err.startswith("bloodcount: ")
