"""``bloodcount weights``: from a file to counting and back, as somebody at the server's console goes it."""

import json
import shutil
from pathlib import Path

import pytest

from app.cli import run
from app.db.session import Database, create_database
from app.jobs import weights_desk
from app.jobs.weights_desk import WeightsDesk
from app.services.audit import verify_chain
from app.settings import Settings, get_settings
from app.storage import ImageStore
from model.types import WeightsIdentity
from tests.jobs.counters import TEST_WEIGHTS
from tests.jobs.weights_bench import QuickChildren, report_beside

CANDIDATE = WeightsIdentity("random", "0.0.1", "")


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def release(random_release: Path, tmp_path: Path) -> Path:
    """A weights file with its manifest beside it."""
    for suffix in (".safetensors", ".json"):
        shutil.copy(random_release.with_suffix(suffix), tmp_path / f"new{suffix}")
    return tmp_path / "new.safetensors"


def judge_quickly(monkeypatch: pytest.MonkeyPatch, *, f1: float = 0.99) -> None:
    """Let the file be checked in this process, and a report that was made before stand for its evaluation."""

    def open_desk(_: Settings, database: Database, store: ImageStore) -> WeightsDesk:
        children = QuickChildren(report_beside(TEST_WEIGHTS, CANDIDATE, f1=f1))
        return WeightsDesk(database.unit_of_work, store, children, poll_s=1.0)  # type: ignore[arg-type]

    monkeypatch.setattr(weights_desk, "open_desk", open_desk)


def test_weights_go_from_a_file_to_counting_and_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], release: Path
) -> None:
    judge_quickly(monkeypatch)

    assert run(["weights", "add", str(release)]) == 0
    assert capsys.readouterr().out == "1\n"
    assert run(["weights", "activate", "1"]) == 1
    assert "wait until they are checked" in capsys.readouterr().err
    assert run(["weights", "validate", "1"]) == 0
    assert "0 of 1 fields change" in capsys.readouterr().out
    assert run(["weights", "activate", "1"]) == 0
    assert "count from now on" in capsys.readouterr().out
    assert run(["weights", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("number 1") for line in lines if line.startswith("active")] == [True]
    assert run(["weights", "rollback", "--reason", "a test"]) == 0
    assert "weights of the installation count" in capsys.readouterr().out
    assert run(["weights", "rollback"]) == 1

    assert run(["audit", "export"]) == 0
    lines = capsys.readouterr().out.splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{") and '"weights.' in line]
    assert [event["action"] for event in events] == [
        "weights.added",
        "weights.checked",
        "weights.evaluated",
        "weights.activated",
        "weights.rolled_back",
    ]
    assert events[-1]["reason"] == "a test"
    database = create_database(get_settings())
    with database.unit_of_work() as session:
        assert verify_chain(session).faults == ()
    database.dispose()


def test_worse_weights_need_a_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], release: Path
) -> None:
    judge_quickly(monkeypatch, f1=0.5)
    run(["weights", "add", str(release)])
    assert run(["weights", "validate", "1"]) == 0
    assert "Worse by more than 2 points" in capsys.readouterr().out

    assert run(["weights", "activate", "1"]) == 1
    assert "reason" in capsys.readouterr().err
    assert run(["weights", "activate", "1", "--reason", "the old ones miss platelets"]) == 0


def test_a_command_asks_a_second_person_where_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], release: Path
) -> None:
    monkeypatch.setenv("BLOODCOUNT_WEIGHTS_SECOND_PERSON", "true")
    judge_quickly(monkeypatch)
    run(["weights", "add", str(release)])
    run(["weights", "validate", "1"])
    capsys.readouterr()

    assert run(["weights", "activate", "1"]) == 0
    assert "A second admin has to approve" in capsys.readouterr().out
    assert run(["weights", "rollback"]) == 1  # nothing has changed yet


def test_damaged_weights_are_refused_and_say_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], release: Path
) -> None:
    judge_quickly(monkeypatch)
    content = bytearray(release.read_bytes())
    content[-2] ^= 1
    release.write_bytes(bytes(content))
    assert run(["weights", "add", str(release)]) == 0

    assert run(["weights", "validate", "1"]) == 1
    assert "SHA-256" in capsys.readouterr().err
    assert run(["weights", "validate", "1"]) == 1
    assert "refused" in capsys.readouterr().err
    assert run(["weights", "activate", "1"]) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "absent.safetensors"], "absent.safetensors cannot be read: No such file"),
        (["add", "model.pt"], "safetensors"),
        (["validate", "7"], "no weights number 7"),
        (["activate", "7"], "no weights number 7"),
        (["rollback"], "installation"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(["weights", *arguments]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert words in line
