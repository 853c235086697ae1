"""Opening a release: nothing is read further once something does not fit."""

import json
from pathlib import Path

import pytest
import torch

from model.decoding import DecodingSettings
from model.weights import WeightsManifest, WeightsRefused, open_release
from model.weights.publishing import write_release
from model.weights.release import MAX_FILE_BYTES

MANIFEST = WeightsManifest("small", "1.0.0", "", DecodingSettings((0.3, 0.3, 0.3)))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release whose file is sound, though its one tensor is no network."""
    return write_release(tmp_path, MANIFEST, {"tensor": torch.arange(4.0)})


def refusal(path: Path) -> WeightsRefused:
    """Why the file is refused; the message always names it or its manifest."""
    with pytest.raises(WeightsRefused) as caught:
        open_release(path)
    assert str(path.with_suffix("")) in caught.value.message
    return caught.value


def test_a_sound_release_opens_with_the_identity_of_its_content(release: Path) -> None:
    opened = open_release(release)

    assert opened.content == release.read_bytes()
    assert (opened.manifest.name, opened.manifest.version) == ("small", "1.0.0")
    assert len(opened.manifest.sha256) == 64


def test_the_file_is_named_for_name_and_version(release: Path) -> None:
    assert release.name == "small-1.0.0.safetensors"
    assert release.with_suffix(".json").is_file()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.safetensors").code == "weights_missing"


def test_a_folder_is_no_weights_file(tmp_path: Path) -> None:
    (tmp_path / "folder.safetensors").mkdir()

    assert refusal(tmp_path / "folder.safetensors").code == "weights_missing"


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".pkl", ".onnx", ""])
def test_other_formats_are_refused_unread(suffix: str, release: Path) -> None:
    other = release.rename(release.with_suffix(suffix))

    error = refusal(other)

    assert error.code == "weights_format"
    assert "run code" in error.message


def test_a_missing_manifest_is_refused(release: Path) -> None:
    release.with_suffix(".json").unlink()

    error = refusal(release)

    assert error.code == "manifest_missing"
    assert str(release.with_suffix(".json")) in error.message


@pytest.mark.parametrize("place", [0, 8, -1])
def test_one_changed_byte_is_refused_with_both_hashes(place: int, release: Path) -> None:
    content = bytearray(release.read_bytes())
    content[place] ^= 1
    release.write_bytes(content)

    error = refusal(release)

    assert error.code == "weights_hash_mismatch"
    assert json.loads(release.with_suffix(".json").read_text())["sha256"] in error.message


def test_a_file_cut_off_is_refused(release: Path) -> None:
    release.write_bytes(release.read_bytes()[:-1])

    assert refusal(release).code == "weights_hash_mismatch"


def test_a_file_beyond_the_limit_is_refused_unread(release: Path) -> None:
    with release.open("r+b") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # sparse: takes no room on the disk

    error = refusal(release)

    assert error.code == "weights_too_large"
    assert f"{MAX_FILE_BYTES:,}".replace(",", "") in error.message


def test_a_program_without_shipped_weights_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("model.weights.release._DEFAULT_RELEASE", tmp_path / "default.txt")
    with pytest.raises(WeightsRefused) as caught:
        open_release()

    assert caught.value.code == "weights_missing"
    assert "BLOODCOUNT_WEIGHTS_PATH" in caught.value.message
