"""``bloodcount backup`` and ``restore``: a sentence and an exit status for everything."""

from pathlib import Path

import pytest

from app.cli import run
from app.db.migrating import upgrade_schema
from app.db.session import create_database
from app.schemas.samples import NewSample
from app.services.samples.samples import create_sample, sample_history
from app.settings import get_settings


def test_a_backup_is_made_and_restored_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = create_database(get_settings())
    upgrade_schema(database)
    with database.unit_of_work() as session:
        create_sample(session, new=NewSample(accession_number="26-0001"))
    database.dispose()

    assert run(["backup", "saved"]) == 0
    assert "0 images" in capsys.readouterr().out
    assert run(["backup", "saved"]) == 1
    assert "exists already" in capsys.readouterr().err
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path / "elsewhere"))
    assert run(["restore", "saved"]) == 0

    database = create_database(get_settings())
    with database.unit_of_work() as session:
        assert [sample.accession_number for sample in sample_history(session).items] == ["26-0001"]
    database.dispose()
    assert run(["restore", "saved"]) == 1
    assert "in use already" in capsys.readouterr().err


def test_there_must_be_something_to_back_up_and_to_restore(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup", "saved"]) == 1
    assert "nothing to back up" in capsys.readouterr().err
    assert not Path("saved").exists()
    assert run(["restore", "nowhere"]) == 2
