"""``bloodcount patient erase``, as somebody at the server's console uses it."""

from pathlib import Path

import pytest

from app.cli import run
from app.db.migrating import upgrade_schema
from app.db.session import create_database
from app.schemas.erasure import KeptSample, PatientErasure
from app.schemas.samples import NewSample
from app.services.samples import patients
from app.services.samples.samples import create_sample
from app.settings import get_settings

ERASE = ["patient", "erase", "P-1", "--reason", "asked by the person", "--confirm", "P-1"]


@pytest.fixture(autouse=True)
def _own_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path / "data"))
    database = create_database(get_settings())
    upgrade_schema(database)
    with database.unit_of_work() as session:
        create_sample(session, new=NewSample(accession_number="24-0001", patient_code="P-1"))
    database.dispose()


def test_a_code_is_erased_after_it_was_shown_what_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ERASE) == 0

    told = capsys.readouterr()
    assert "24-0001  0 images: goes as a whole" in told.out
    assert "Erased 1 samples with all they held, and 0 photographs." in told.out
    assert run(ERASE) == 1
    assert "No sample has this patient code" in capsys.readouterr().err


def test_what_was_not_erased_is_listed_and_is_exit_1_with_the_next_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = KeptSample(id=1, accession_number="24-0001", why="sample number 1 was signed, and signed reports are kept")
    monkeypatch.setattr(
        patients, "erase_patient", lambda *_, **__: PatientErasure(photographs=3, samples=2, kept=(kept,))
    )

    assert run(ERASE) == 1

    told = capsys.readouterr()
    assert "Erased 2 samples with all they held, and 3 photographs." in told.out
    assert "not erased as shown: 24-0001: sample number 1 was signed, and signed reports are kept" in told.out
    assert "1 samples changed after they were shown and were not erased; run this again" in told.err
