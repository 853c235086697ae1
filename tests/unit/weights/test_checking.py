"""A check answers in words, sound or refused; the hostile files are in ``tests/jobs/test_weights_desk.py``."""

import json
import os
import subprocess
import sys
from pathlib import Path

from model.weights.checking import check_release
from model.weights.release import shipped_weights_path
from tests.hostile_weights import CHECKED, sound_parts

ROOT = Path(__file__).parents[3]


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
