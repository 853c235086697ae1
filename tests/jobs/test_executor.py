"""Every counting process has a name of its own, and the same name again after a crash."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.jobs.executor import claim_executor
from app.settings import InvalidSettings, Settings

CLAIM_AND_WAIT = """
import sys
from pathlib import Path
from app.jobs.executor import claim_executor
from app.settings import Settings
executor = claim_executor(Settings(data_dir=Path(sys.argv[1])))  # the name is held as long as this object lives
print(executor.id, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def test_processes_beside_each_other_have_different_names(own_settings: Settings) -> None:
    first, second = claim_executor(own_settings), claim_executor(own_settings)

    assert first.id != second.id
    assert first.id.rpartition(":")[0] == second.id.rpartition(":")[0]
    first.release()
    second.release()


def test_a_name_is_free_again_after_its_process_was_killed(own_settings: Settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_WAIT, str(own_settings.data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    beside = claim_executor(own_settings)

    process.kill()
    process.communicate()
    after = claim_executor(own_settings)

    assert beside.id != name
    assert after.id == name
    beside.release()
    after.release()


def test_another_data_folder_is_another_installation(own_settings: Settings, tmp_path: Path) -> None:
    here = claim_executor(own_settings)
    there = claim_executor(own_settings.model_copy(update={"data_dir": tmp_path / "other"}))

    assert here.id != there.id
    here.release()
    there.release()


def test_a_configured_name_is_used_as_it_is_and_only_once(own_settings: Settings) -> None:
    named = own_settings.model_copy(update={"executor_id": "gpu-host/1"})
    executor = claim_executor(named)

    assert executor.id == "gpu-host/1"
    with pytest.raises(InvalidSettings, match="'gpu-host/1' is used by another process"):
        claim_executor(named)
    executor.release()
    claim_executor(named).release()
