"""From publishers' downloads to released weights and their metrics, by the commands alone."""

import contextlib
import dataclasses
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from app.cli import run
from model.weights import open_release, read_manifest, write_manifest
from tests.unit.data.published_sets import image_file, voc_text, write_bccd, write_deep_bio_net

pytestmark = pytest.mark.usefixtures("torch_as_before")

NUMBERS_BY_SPLIT = {"train": (5, 6, 7), "tune": (880,), "validation": (45,)}
"""Deep Bio-Net images whose blocks belong to each split."""

TINY = (
    "minutes = 0.001\ncrop_px = 64\nbatch_size = 2\nfields_per_epoch = 2\nworkers = 0\nthreads = 1\nwarmup_steps = 2\n"
)


@dataclass(frozen=True)
class Trained:
    """A folder in which the commands have built a data set, trained a step and published the weights."""

    folder: Path
    build_output: str
    train_output: str

    @property
    def weights(self) -> Path:
        return self.folder / "release" / "tiny-0.1.0.safetensors"


def succeeds(*arguments: str) -> str:
    """What a command that succeeds writes to standard output."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        assert run(arguments) == 0
    return output.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    folder = tmp_path_factory.mktemp("training")
    numbers = [number for group in NUMBERS_BY_SPLIT.values() for number in group]
    seeds = {number: 100 + place for place, number in enumerate(numbers)}
    write_deep_bio_net(folder / "downloads" / "bio", seeds, {6: "EOSINOPHIL", 7: "NEUTROPHIL"})
    (folder / "train.toml").write_text(TINY)
    dataset, run_folder, release = (str(folder / name) for name in ("dataset", "run", "release"))
    build_output = succeeds("dataset", "build", str(folder / "downloads"), "--out", dataset)
    options = ["--config", str(folder / "train.toml"), "--publish", release, "--name", "tiny", "--version", "0.1.0"]
    train_output = succeeds("train", dataset, "--run", run_folder, *options)
    yield Trained(folder, build_output, train_output)
    shutil.rmtree(folder)  # a checkpoint of the real network takes 400 MB


def fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and the one sentence of a command that fails."""
    status = run(arguments)
    written = capsys.readouterr()
    assert written.out == ""
    assert re.fullmatch(r"bloodcount: [^\n]+\n", written.err)
    return status, written.err


def test_building_tells_what_was_kept_and_writes_the_report(trained: Trained) -> None:
    report = json.loads((trained.folder / "dataset" / "report.json").read_text())

    assert report["fields_kept"] == {
        **{split: {"deep-bio-net": len(numbers)} for split, numbers in NUMBERS_BY_SPLIT.items()},
        "held_out": {},
    }
    for split, numbers in NUMBERS_BY_SPLIT.items():
        assert re.search(rf"{split}\W+deep-bio-net\W+{len(numbers)}\b", trained.build_output)
    packed = len(NUMBERS_BY_SPLIT["train"]) + len(NUMBERS_BY_SPLIT["tune"])  # validation reads the originals
    assert len(list((trained.folder / "dataset" / "images").iterdir())) == packed
    for step in ("Clean", "Integrate", "Transform", "Reduce"):
        assert step in trained.build_output


def test_training_ends_with_a_log_and_released_weights_with_tuned_thresholds(trained: Trained) -> None:
    (entry,) = (json.loads(line) for line in (trained.folder / "run" / "log.jsonl").read_text().splitlines())
    manifest = open_release(trained.weights).manifest

    assert entry["step"] == 1
    assert trained.train_output.splitlines() == [str(trained.weights)]
    assert (manifest.name, manifest.version) == ("tiny", "0.1.0")
    assert manifest.training["progress"]["step"] == 1
    assert manifest.training["fields"]["train"] == {"deep-bio-net": 3}
    assert all(0.1 <= threshold <= 0.7 for threshold in manifest.decoding.thresholds)


def test_a_run_brought_back_as_its_averaged_weights_alone_is_published_alike(trained: Trained, tmp_path: Path) -> None:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    for name in ("averaged.safetensors", "config.toml", "fields.json"):
        shutil.copy(trained.folder / "run" / name, run_folder)
    options = ["--publish", str(tmp_path / "release"), "--name", "tiny", "--version", "0.1.0"]
    output = succeeds("train", str(trained.folder / "dataset"), "--run", str(run_folder), *options)

    assert output.splitlines() == [str(tmp_path / "release" / "tiny-0.1.0.safetensors")]
    published, wanted = load_file(output.strip()), load_file(trained.weights)
    assert published.keys() == wanted.keys()
    assert all(torch.equal(published[name], tensor) for name, tensor in wanted.items())


def test_evaluating_writes_the_metrics_of_the_whole_pipeline_and_draws_the_worst_fields(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    out, worst = tmp_path / "metrics.json", tmp_path / "worst"
    arguments = [str(trained.folder / "dataset"), "--weights", str(trained.weights), "--out", str(out)]
    status = run(["evaluate", *arguments, "--worst", "2", "--pictures", str(worst)])
    metrics = json.loads(out.read_text())

    assert status == 0
    assert metrics["split"] == "validation"
    assert metrics["weights"]["sha256"] == open_release(trained.weights).manifest.sha256
    assert metrics["fields_taken"] == {"every": 1, "of": 1}
    assert metrics["all"]["fields"] == 1
    assert metrics["all"]["classes"]["RBC"]["reference_cells"] == 8
    assert metrics["txl-pbc"] is None
    written = capsys.readouterr()
    assert re.search(r"all\W+RBC\W+8\b", written.out)
    assert str(out) in written.err
    (picture,) = worst.glob("*.png")
    assert picture.name in (worst / "index.html").read_text()


def test_weights_that_may_have_seen_a_source_are_not_judged_as_if_they_had_not(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(trained.folder / "dataset"), "--weights", str(trained.weights), "--leave-out", "deep-bio-net"]
    status, sentence = fails(capsys, "evaluate", *arguments)

    assert status == 1
    assert "names no source that was left out" in sentence
    assert "--leave-out deep-bio-net" in sentence


def test_figures_of_a_source_left_out_are_kept_with_the_shipped_weights_and_in_the_card(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped, part, card = (tmp_path / name for name in ("shipped.safetensors", "part.safetensors", "CARD.md"))
    dataset, out = str(trained.folder / "dataset"), str(tmp_path / "metrics.json")
    for copy in (shipped, part):
        copy.symlink_to(trained.weights)
    manifest = read_manifest(trained.weights.with_suffix(".json"))
    write_manifest(shipped.with_suffix(".json"), manifest)
    left_out = dataclasses.replace(manifest, training={**manifest.training, "left_out": ["deep-bio-net"]})
    write_manifest(part.with_suffix(".json"), left_out)
    card.write_text("<!-- tables: begin -->\n<!-- tables: end -->\n")
    monkeypatch.setattr("model.weights.shipped_weights_path", lambda: shipped)
    monkeypatch.setattr("app.commands.evaluate.MODEL_CARD", card)
    judging = ["--weights", str(part), "--leave-out", "deep-bio-net", "--limit", "2", "--out", out, "--record"]

    assert run(["evaluate", dataset, *judging]) == 1
    assert "has no metrics; run: bloodcount evaluate" in capsys.readouterr().err
    assert run(["evaluate", dataset, "--weights", str(shipped), "--out", out, "--record"]) == 0
    assert run(["evaluate", dataset, *judging]) == 0
    assert "One field in 3: 2 of 5" in capsys.readouterr().err
    recorded = read_manifest(shipped.with_suffix(".json")).metrics
    assert recorded["all"]["fields"] == 1
    assert recorded["left_out"]["deep-bio-net"]["fields"] == 2
    assert "| deep-bio-net | 2 (one in 3 of 5) | 0 minutes | RBC | 16 |" in card.read_text()


def test_a_finished_run_is_not_trained_on(trained: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--run", str(trained.folder / "run"), "--config", str(trained.folder / "train.toml")]
    status = run(["train", str(trained.folder / "dataset"), *options])

    assert status == 0
    assert "resumed at step 1" in capsys.readouterr().err
    assert len((trained.folder / "run" / "log.jsonl").read_text().splitlines()) == 1


def test_an_unknown_label_is_one_sentence_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_bccd(tmp_path / "bccd", {"one": 1})
    (tmp_path / "bccd" / "BCCD" / "Annotations" / "one.xml").write_text(voc_text([("Parasite", (1, 1, 30, 30))]))
    status, sentence = fails(capsys, "dataset", "build", "bccd", "--out", "out")

    assert (status, "Parasite" in sentence) == (1, True)


def test_a_folder_without_a_data_set_is_one_sentence_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_bytes(image_file(1))
    status, sentence = fails(capsys, "dataset", "build", "holiday", "--out", "out")

    assert (status, "holiday" in sentence) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "nowhere", "--run", "run"], "bloodcount dataset build"),
        (["train", "nowhere", "--run", "run", "--config", "none.toml"], "none.toml"),
        (["evaluate", "nowhere"], "bloodcount dataset build"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_status_1(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, sentence = fails(capsys, *arguments)

    assert (status, words in sentence) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["dataset", "build", "somewhere"],
        ["dataset", "build", "--out", "out"],
        ["train", "set"],
        ["train", "set", "--run", "run", "--minutes", "0"],
        ["evaluate"],
        ["evaluate", "set", "--colour"],
        ["evaluate", "set", "--split", "test"],
        ["evaluate", "set", "--worst", "3"],
        ["evaluate", "set", "--pictures", "folder"],
        ["evaluate", "set", "--limit", "0"],
        ["evaluate", "set", "--limit", "9", "--record"],
    ],
)
def test_a_usage_error_is_one_sentence_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, *arguments)[0] == 2


def test_impossible_training_settings_are_one_sentence_and_status_1(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.toml").write_text("minuets = 5\n")
    dataset = str(trained.folder / "dataset")
    status, sentence = fails(capsys, "train", dataset, "--run", "run", "--config", "train.toml")

    assert (status, "minuets" in sentence) == (1, True)


def test_a_damaged_checkpoint_is_one_sentence_and_status_1(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.safetensors").write_bytes(b"cut off")
    (tmp_path / "run" / "config.toml").write_text((trained.folder / "run" / "config.toml").read_text())
    options = ["--run", "run", "--config", str(trained.folder / "train.toml")]
    status, sentence = fails(capsys, "train", str(trained.folder / "dataset"), *options)

    assert (status, "checkpoint.safetensors is damaged" in sentence) == (1, True)
