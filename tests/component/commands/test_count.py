"""``bloodcount count``: images in, one result each out, in order, whatever some of the files are."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from app.cli import run
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size

PROGRAM = str(Path(sys.executable).with_name("bloodcount"))
RECORD_KEYS = {
    "schema",
    "image",
    "width",
    "height",
    "status",
    "reason",
    "warnings",
    "counts",
    "differential",
    "morphology",
    "cells",
    "quality",
    "model",
    "timings_ms",
}
"""Published in interfaces.md: more may be added, none may go."""

CELL_KEYS = {"class", "box", "score", "counted", "subtype", "subtype_probability", "likeliest_subtype"}
DIFFERENTIAL = {
    "neutrophil",
    "lymphocyte",
    "monocyte",
    "eosinophil",
    "basophil",
    "immature_granulocyte",
    "unidentified",
}


def smear_file(path: Path, seed: int = 1) -> Path:
    """A small rendered field as a PNG file of 160 x 96 px."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(render_smear(SmearRecipe(Size(160, 96), 8, 1, 2, 28.0, seed=seed)).image_hwc_u8))
    return path


def refused_in_one_sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit status and the sentence, which is all that is written."""
    status = run(["count", *arguments])
    written = capsys.readouterr()
    assert written.out == ""
    assert re.fullmatch(r"bloodcount: [^\n]+\n", written.err)
    return status, written.err


@pytest.fixture(scope="module")
def counted(random_release: Path, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The program's run over images, a broken file and a folder, in an order that is not that of their names."""
    folder = tmp_path_factory.mktemp("images")
    smear_file(folder / "z-first.png", 1)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    smear_file(folder / "fields" / "b.PNG", 2)
    smear_file(folder / "fields" / "a" / "c.png", 3)
    (folder / "fields" / "notes.txt").write_text("taken on Monday")
    (folder / "fields" / ".hidden.png").write_bytes(b"")
    smear_file(folder / "a-last.dat", 4)
    paths = ["z-first.png", "broken.jpg", "fields", "a-last.dat"]
    command = [PROGRAM, "count", *paths, "--format", "jsonl", "--weights", str(random_release), "--device", "cpu"]
    return subprocess.run(command, capture_output=True, check=False, text=True, timeout=200, cwd=folder)


@pytest.fixture(scope="module")
def records(counted: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The records of that run."""
    return [json.loads(line) for line in counted.stdout.splitlines()]


def test_one_record_a_line_comes_in_the_order_given(records: list[dict[str, Any]]) -> None:
    assert [record["image"] for record in records] == [
        "z-first.png",
        "broken.jpg",
        "fields/a/c.png",
        "fields/b.PNG",
        "a-last.dat",
    ]


def test_a_broken_file_is_refused_and_the_others_are_counted(
    counted: subprocess.CompletedProcess[str], records: list[dict[str, Any]]
) -> None:
    assert counted.returncode == 1
    assert [record["status"] for record in records] == ["counted", "refused", "counted", "counted", "counted"]
    refused = records[1]
    assert (refused["width"], refused["height"], refused["counts"], refused["cells"]) == (None, None, None, [])
    assert set(refused["reason"]) == {"code", "message"}
    assert refused["reason"]["message"].endswith(".")


def test_a_record_is_what_programs_were_promised(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert set(record) >= RECORD_KEYS
        assert record["schema"] == 1
        assert record["model"].keys() >= {"name", "version", "sha256"}
    for record in records[:1] + records[2:]:
        assert (record["width"], record["height"], record["reason"]) == (160, 96, None)
        assert set(record["counts"]) == {"RBC", "WBC", "PLT", "NRBC"}
        assert set(record["differential"]) == DIFFERENTIAL
        assert len(record["cells"]) > 5
        for cell in record["cells"]:
            x1, y1, x2, y2 = cell["box"]
            assert set(cell) >= CELL_KEYS
            assert cell["class"] in {"RBC", "WBC", "PLT"}
            assert 0 <= x1 < x2 <= 160
            assert 0 <= y1 < y2 <= 96
            assert 0 < cell["score"] <= 1
            assert cell["counted"] is True
        assert record["counts"]["RBC"] == sum(cell["class"] == "RBC" for cell in record["cells"])
        assert {"decode", "network", "total"} <= set(record["timings_ms"])


def test_nothing_but_records_is_written_where_nobody_watches(counted: subprocess.CompletedProcess[str]) -> None:
    assert counted.stderr == ""
    assert len(counted.stdout.splitlines()) == 5


def count(capsys: pytest.CaptureFixture[str], release: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and standard output of a run in this process."""
    status = run(["count", "--weights", str(release), "--device", "cpu", *arguments])
    return status, capsys.readouterr().out


def test_a_lower_score_lists_cells_that_are_not_counted(
    random_release: Path, records: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = smear_file(tmp_path / "z-first.png", 1)
    status, output = count(capsys, random_release, str(image), "--format", "jsonl", "--min-score", "0.004")
    (record,) = (json.loads(line) for line in output.splitlines())

    assert status == 0
    assert record["counts"] == records[0]["counts"]
    assert [cell for cell in record["cells"] if cell["counted"]] == records[0]["cells"]
    listed = [cell for cell in record["cells"] if not cell["counted"]]
    assert {cell["class"] for cell in listed} >= {"PLT"}
    assert min(cell["score"] for cell in listed) >= 0.004


def test_a_given_scale_is_kept_and_written_down(
    random_release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = smear_file(tmp_path / "field.png", 1)
    status, output = count(capsys, random_release, str(image), "--format", "jsonl", "--um-per-px", "0.25")
    quality = json.loads(output)["quality"]

    assert status == 0
    assert quality["um_per_px"] == 0.25
    # 7.5 µm are 30 pixels, which the network is to see as 50.
    assert quality["scale_to_network"] == pytest.approx(50 / 30, abs=1e-4)


def test_csv_has_one_row_an_image_with_the_same_counts(
    random_release: Path, records: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = smear_file(tmp_path / 'one, two "three".png', 1)
    (tmp_path / "broken.png").write_bytes(b"")
    status, output = count(capsys, random_release, str(image), str(tmp_path / "broken.png"), "--format", "csv")
    good, bad = csv.DictReader(io.StringIO(output))

    assert status == 1
    assert (good["image"], good["status"]) == (str(image), "counted")
    assert {code: int(good[code]) for code in ("RBC", "WBC", "PLT")} == {
        code: records[0]["counts"][code] for code in ("RBC", "WBC", "PLT")
    }
    assert good["weights"] == "random 0.0.1"
    assert (bad["status"], bad["RBC"], bad["WBC"], bad["PLT"]) == ("refused", "", "", "")
    assert bad["reason"] != ""


def test_the_table_shows_counts_and_what_is_not_available(
    random_release: Path,
    records: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    smear_file(tmp_path / "good.png", 1)
    (tmp_path / "text.png").write_text("no image")
    status, output = count(capsys, random_release, "good.png", "text.png")
    good = next(line for line in output.splitlines() if "good.png" in line)
    bad, remark = (line for line in output.splitlines() if "text.png" in line)

    assert status == 1
    assert re.search(rf"\b{records[0]['counts']['RBC']}\b", good)
    assert bad.count("–") == 6
    assert remark == "text.png: The file is not an image; choose a photograph saved as JPEG, PNG, TIFF, BMP or WebP."
    assert "–: not available" in output
    assert "a person reviews every count" in output


@pytest.mark.parametrize("name", ["nowhere.png", "no-folder/field.png"])
def test_a_missing_path_is_one_sentence_and_status_1(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, sentence = refused_in_one_sentence(capsys, name)

    assert status == 1
    assert name in sentence


def test_one_missing_path_among_others_is_refused_and_the_others_are_counted(
    random_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    smear_file(tmp_path / "good.png", 1)

    status, output = count(capsys, random_release, "nowhere.png", "good.png", "--format", "jsonl")
    missing, good = (json.loads(line) for line in output.splitlines())

    assert status == 1
    assert (missing["image"], missing["status"], missing["width"]) == ("nowhere.png", "refused", None)
    assert "No such file" in missing["reason"]["message"]
    assert (good["image"], good["status"]) == ("good.png", "counted")


def test_a_folder_without_images_is_one_sentence_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("none yet")
    status, sentence = refused_in_one_sentence(capsys, "empty")

    assert (status, "empty" in sentence) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--colour", "field.png"],
        ["field.png", "--format", "xml"],
        ["field.png", "--min-score", "1.5"],
        ["field.png", "--min-score", "nan"],
        ["field.png", "--um-per-px", "0"],
        ["field.png", "--um-per-px", "nan"],
        ["field.png", "--um-per-px", "5"],
        ["field.png", "--device", "tpu"],
        [],
    ],
)
def test_a_usage_error_is_one_sentence_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert refused_in_one_sentence(capsys, *arguments)[0] == 2


def test_missing_weights_are_one_sentence_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = str(smear_file(tmp_path / "good.png"))
    status, sentence = refused_in_one_sentence(capsys, image, "--weights", "none.safetensors")

    assert (status, "none.safetensors" in sentence) == (1, True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_missing_device_is_one_sentence_and_status_1(
    random_release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = str(smear_file(tmp_path / "good.png"))
    status, sentence = refused_in_one_sentence(capsys, image, "--weights", str(random_release), "--device", "cuda")

    assert (status, "cuda" in sentence) == (1, True)


def test_the_installations_limits_and_weights_hold_here_too(
    random_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLOODCOUNT_WEIGHTS_PATH", str(random_release))
    monkeypatch.setenv("BLOODCOUNT_MAX_FILE_BYTES", "100")
    status = run(["count", str(smear_file(tmp_path / "large.png")), "--format", "jsonl"])
    record = json.loads(capsys.readouterr().out)

    assert (status, record["reason"]["code"], record["model"]["name"]) == (1, "too_large_file", "random")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused_and_the_others_are_counted(
    random_release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked, good = smear_file(tmp_path / "locked.png"), smear_file(tmp_path / "good.png")
    locked.chmod(0)
    status, output = count(capsys, random_release, str(locked), str(good), "--format", "jsonl")
    refused, counted = (json.loads(line) for line in output.splitlines())

    assert (status, refused["reason"]["code"], counted["status"]) == (1, "unreadable_file", "counted")
