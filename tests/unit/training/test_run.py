"""A training run: it learns, it can be killed and resumed, and it stops when it diverges."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import AdamW

from model.data.packed import PackedSetError
from model.network import CellDetector
from model.training.averaging import WeightAverage
from model.training.checkpoints import (
    CHECKPOINT_FILE,
    CheckpointError,
    Progress,
    has_checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from model.training.config import TrainingConfig, TrainingConfigError, read_config
from model.training.run import LOG_FILE, TrainingDiverged, TrainingRun
from model.training.starting import continued, take_over_weights
from tests.unit.training.packed_fields import write_packed_set

pytestmark = pytest.mark.usefixtures("torch_as_before")
ROOT = Path(__file__).parents[3]
TINY = "crop_px = 64\nbatch_size = 2\nfields_per_epoch = 4\nworkers = 0\nthreads = 1\nwarmup_steps = 2\n"
"""Two steps an epoch."""


@pytest.fixture(scope="module")
def packed_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_packed_set(tmp_path_factory.mktemp("packed") / "set")


@pytest.fixture
def run_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for one run, removed afterwards: a checkpoint of the real network takes 400 MB."""
    yield tmp_path / "run"
    shutil.rmtree(tmp_path / "run", ignore_errors=True)


def log_of(folder: Path) -> list[dict[str, Any]]:
    path = folder / LOG_FILE
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def test_a_run_that_was_killed_goes_on_where_its_last_checkpoint_stands(packed_set: Path, run_folder: Path) -> None:
    settings = run_folder.with_name("train.toml")
    settings.write_text(TINY)
    command = [
        sys.executable,
        "-m",
        "model.training",
        str(packed_set),
        "--run",
        str(run_folder),
        "--config",
        str(settings),
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 100
        while not log_of(run_folder) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    before = log_of(run_folder)
    assert process.returncode == -signal.SIGKILL
    assert before
    assert [entry["step"] for entry in before] == [2 * (number + 1) for number in range(len(before))]

    said: list[str] = []
    config = TrainingConfig(
        crop_px=64, batch_size=2, fields_per_epoch=4, workers=0, threads=1, warmup_steps=2,
        minutes=before[-1]["seconds"] / 60 + 1e-5,
    )  # fmt: skip
    TrainingRun(packed_set, run_folder, config, said.append).train()

    resumed_at = int(next(line for line in said if "resumed" in line).removeprefix("resumed at step ").split(",")[0])
    # It may have been killed between its checkpoint and the line in its log.
    assert resumed_at in {before[-1]["step"], before[-1]["step"] + 2}
    after = log_of(run_folder)[len(before) :]
    assert after[0]["epoch"] == resumed_at // 2 + 1
    assert resumed_at < after[0]["step"] <= resumed_at + 2
    assert after[0]["seconds"] > before[-1]["seconds"]
    for entry in before + after:
        assert 0 < entry["heat_loss"] < 1000
        assert 0 < entry["box_loss"] < 6  # of a platelet three times that of a red cell
        assert 0 < entry["quality_loss"] < 3
    assert (run_folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert read_config(run_folder / "config.toml") == config
    assert json.loads((run_folder / "fields.json").read_text()) == {"txl-pbc-pbc": 4}


def test_a_loss_that_is_no_number_ends_the_run_with_advice(packed_set: Path, run_folder: Path) -> None:
    config = TrainingConfig(crop_px=64, batch_size=2, fields_per_epoch=8, workers=0, threads=1)
    run = TrainingRun(packed_set, run_folder, config, lambda _line: None)
    bias = run.network.heat_head[-1].bias
    assert isinstance(bias, Tensor)
    nn.init.constant_(bias, float("nan"))

    with pytest.raises(TrainingDiverged, match="the loss is nan at step 0; lower learning_rate"):
        run.train()
    assert not has_checkpoint(run_folder)
    assert log_of(run_folder) == []


def test_a_run_over_a_folder_that_holds_no_training_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackedSetError, match="bloodcount dataset build"):
        TrainingRun(tmp_path, tmp_path / "run", TrainingConfig(threads=1), lambda _line: None)


def test_a_run_takes_over_weights_that_fit_and_leaves_frozen_stages_as_they_were(
    packed_set: Path, run_folder: Path, random_release: Path
) -> None:
    given = load_file(random_release)
    given["heat_head.1.weight"] = given["heat_head.1.weight"][:2].contiguous()  # of a network of two classes
    start = run_folder.with_name("start.safetensors")
    save_file(given, start)
    said: list[str] = []
    config = TrainingConfig(
        crop_px=64, batch_size=2, fields_per_epoch=2, workers=0, threads=1, frozen_stages=2, minutes=1e-4,
        start_from=str(start),
    )  # fmt: skip
    run = TrainingRun(packed_set, run_folder, config, said.append)
    run.train()

    assert said[0].endswith("learnt anew: heat_head.1.weight")
    after = run.network.state_dict()
    frozen = [name for name in given if name.startswith(("backbone.stem.", "backbone.stages.0."))]
    assert len(frozen) > 50
    for name in frozen:  # running means too: a frozen batch norm keeps its statistics
        torch.testing.assert_close(after[name], given[name].to(after[name].dtype))
    learnt = "backbone.stages.1.0.bn1.running_mean"
    assert not torch.allclose(after[learnt], given[learnt].float())


def test_a_run_that_teaches_no_names_leaves_what_names_cells_as_it_was(
    packed_set: Path, run_folder: Path, random_release: Path
) -> None:
    config = TrainingConfig(
        crop_px=64, batch_size=2, fields_per_epoch=2, workers=0, threads=1, frozen_stages=5, minutes=1e-4,
        name_loss_weight=0.0, mosaic_share=0.0, start_from=str(random_release),
    )  # fmt: skip
    run = TrainingRun(packed_set, run_folder, config, lambda _line: None)
    run.train()

    given, after = load_file(random_release), run.network.state_dict()
    kept = [name for name in given if name.startswith(("backbone.", "embedding_head.", "namer."))]
    assert len(kept) > 300
    for name in kept:
        torch.testing.assert_close(after[name], given[name].to(after[name].dtype))
    assert not torch.allclose(after["heat_head.0.0.weight"], given["heat_head.0.0.weight"].float(), atol=1e-6)


def test_a_run_cannot_start_from_a_file_that_holds_no_weights(packed_set: Path, run_folder: Path) -> None:
    run_folder.mkdir()
    start = run_folder / "start.safetensors"
    start.write_bytes(b"nothing")
    config = TrainingConfig(threads=1, start_from=str(start))
    with pytest.raises(TrainingConfigError, match="cannot be started from"):
        TrainingRun(packed_set, run_folder, config, lambda _line: None)
    save_file({"other": torch.zeros(1)}, start)
    with pytest.raises(TrainingConfigError, match="holds no tensor of this network"):
        TrainingRun(packed_set, run_folder, config, lambda _line: None)


def test_a_run_that_leaves_a_source_out_refuses_weights_that_may_have_seen_it(random_release: Path) -> None:
    network = small_network(1)
    with pytest.raises(TrainingConfigError, match="may have been trained on pbc, which this run leaves out; start"):
        take_over_weights(network, random_release, ["pbc"])


def test_weights_trained_without_a_source_may_start_a_run_without_it(random_release: Path, tmp_path: Path) -> None:
    start = tmp_path / "start.safetensors"
    start.write_bytes(random_release.read_bytes())
    start.with_suffix(".json").write_text(json.dumps({"training": {"left_out": ["pbc", "raabin"]}}))
    network = CellDetector()

    assert take_over_weights(network, start, ["pbc"]) == []
    with pytest.raises(TrainingConfigError, match="trained on bccd"):
        take_over_weights(network, start, ["pbc", "bccd"])


def test_a_run_that_leaves_names_out_refuses_weights_that_were_taught_them(tmp_path: Path) -> None:
    start, network = tmp_path / "start.safetensors", CellDetector()
    save_file(network.state_dict(), start)
    with pytest.raises(TrainingConfigError, match="may have been trained on bccd, whose sub-types this run leaves out"):
        take_over_weights(CellDetector(), start, names_left_out=("bccd",))

    start.with_suffix(".json").write_text(json.dumps({"training": {"names_left_out": ["bccd"]}}))
    assert take_over_weights(CellDetector(), start, names_left_out=("bccd",)) == []

    without_names = {name: part for name, part in network.state_dict().items() if not name.startswith("namer.")}
    start.with_suffix(".json").unlink()
    save_file(without_names, start)
    anew = take_over_weights(CellDetector(), start, names_left_out=("bccd",))
    assert all(name.startswith("namer.") for name in anew)


def test_a_run_that_goes_on_keeps_its_start_and_what_it_leaves_out() -> None:
    earlier = TrainingConfig(minutes=5, start_from="old.safetensors", left_out=("pbc",))

    assert continued(TrainingConfig(minutes=9, left_out=("pbc",)), earlier).start_from == "old.safetensors"
    with pytest.raises(TrainingConfigError, match="names_left_out is bccd, and this run began with nothing left out"):
        continued(TrainingConfig(left_out=("pbc",), names_left_out=("bccd",)), earlier)
    with pytest.raises(TrainingConfigError, match="left_out is nothing, and this run began with pbc left out"):
        continued(TrainingConfig(minutes=9), earlier)


def small_network(seed: int, channels: int = 4) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, channels, 3), nn.BatchNorm2d(channels), nn.Conv2d(channels, 1, 1))


def trained(seed: int, steps: int = 3) -> tuple[nn.Module, WeightAverage, AdamW]:
    """A small network after a few steps, with its average and its optimizer."""
    network = small_network(seed)
    average, optimizer = WeightAverage(network, 0.9), AdamW(network.parameters(), lr=0.01)
    for _ in range(steps):
        step(network, optimizer)
        average.update(network)
    return network, average, optimizer


def step(network: nn.Module, optimizer: AdamW) -> None:
    optimizer.zero_grad()
    network(torch.ones(2, 3, 8, 8)).square().mean().backward()
    optimizer.step()


def test_a_checkpoint_brings_back_everything_a_run_needs(tmp_path: Path) -> None:
    network, average, optimizer = trained(1)
    progress = Progress(step=3, epoch=2, seconds=12.5, draws=96)
    save_checkpoint(tmp_path, network, average, optimizer, progress)
    other, other_average, other_optimizer = trained(2, steps=0)

    assert load_checkpoint(tmp_path, other, other_average, other_optimizer) == progress
    assert other_average.steps == average.steps
    for name, tensor in average.state.items():
        assert torch.equal(other_average.state[name], tensor)
    # The next step needs weights, statistics and the optimizer's moments: it must come out the same.
    step(network, optimizer)
    step(other, other_optimizer)
    for one, restored in zip(network.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(one, restored)


def test_a_checkpoint_is_replaced_in_one_move(tmp_path: Path) -> None:
    network, average, optimizer = trained(1)
    assert not has_checkpoint(tmp_path)
    for epoch in (1, 2):
        save_checkpoint(tmp_path, network, average, optimizer, Progress(epoch=epoch))

    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_FILE]
    assert load_checkpoint(tmp_path, network, average, optimizer).epoch == 2


def test_a_half_written_checkpoint_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / f"{CHECKPOINT_FILE}.part").write_bytes(b"killed while writing")

    assert not has_checkpoint(tmp_path)


def test_a_checkpoint_of_another_network_is_refused_by_name(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, *trained(1), Progress())
    network = small_network(1, channels=8)

    with pytest.raises(CheckpointError, match=f"{CHECKPOINT_FILE} belongs to another network"):
        load_checkpoint(tmp_path, network, WeightAverage(network, 0.9), AdamW(network.parameters()))


@pytest.mark.parametrize("kept_bytes", [0, 5, 300])
def test_a_damaged_checkpoint_is_refused_by_name(kept_bytes: int, tmp_path: Path) -> None:
    network, average, optimizer = trained(1)
    save_checkpoint(tmp_path, network, average, optimizer, Progress())
    path = tmp_path / CHECKPOINT_FILE
    path.write_bytes(path.read_bytes()[:kept_bytes])

    with pytest.raises(CheckpointError, match=f"{CHECKPOINT_FILE} is damaged"):
        load_checkpoint(tmp_path, network, average, optimizer)
