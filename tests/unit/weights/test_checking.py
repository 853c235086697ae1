"""What is sent as weights is checked down to every number, and nothing that it says is believed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.weights.checking import check_release
from model.weights.errors import WeightsRefused
from model.weights.manifest import WeightsManifest
from model.weights.release import shipped_weights_path
from tests.hostile_weights import CHECKED, Hostile, sound_parts

ROOT = Path(__file__).parents[3]


def check(content: bytes, manifest: bytes, folder: Path) -> WeightsManifest:
    (folder / "weights.safetensors").write_bytes(content)
    (folder / "weights.json").write_bytes(manifest)
    return check_release(folder / "weights.safetensors")


def run_check(path: Path) -> subprocess.CompletedProcess[str]:
    """As the jobs start it: in a process of its own, the folder as its working folder."""
    return subprocess.run(
        [sys.executable, "-m", "model.weights.check", path.name],
        cwd=path.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("hostile", CHECKED.values(), ids=CHECKED.keys())
def test_a_hostile_file_is_refused_with_a_message_of_its_own(
    hostile: Hostile, random_release: Path, tmp_path: Path
) -> None:
    content, manifest = hostile.make(*sound_parts(random_release))

    with pytest.raises(WeightsRefused) as refusal:
        check(content, manifest, tmp_path)

    assert refusal.value.code == hostile.code
    assert hostile.says in refusal.value.message


def test_a_sound_release_passes(random_release: Path) -> None:
    assert check_release(random_release).version == "0.0.1"


def test_the_shipped_release_passes_in_a_process_of_its_own() -> None:
    run = run_check(shipped_weights_path())

    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["name"] == "bloodcount"


def test_a_refusal_in_a_process_of_its_own_is_an_answer(random_release: Path, tmp_path: Path) -> None:
    hostile = CHECKED["a header of 10 GB"]
    content, manifest = hostile.make(*sound_parts(random_release))
    (tmp_path / "weights.safetensors").write_bytes(content)
    (tmp_path / "weights.json").write_bytes(manifest)

    run = run_check(tmp_path / "weights.safetensors")

    assert json.loads(run.stdout)["code"] == "header_out_of_file"
