"""Loading the network: exact names, shapes and number formats, finite values, and no unpickling."""

import dataclasses
import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

from model.config import DETECTOR_ARCHITECTURE
from model.decoding import DecodingSettings, NamingSettings
from model.weights import WeightsManifest, WeightsRefused, WeightsRelease, load_network, open_release
from model.weights.publishing import write_release

Tensors = dict[str, Tensor]
BIAS, COUNTER = "heat_head.1.bias", "backbone.stem.1.num_batches_tracked"


@pytest.fixture(scope="module")
def tensors(random_release: Path) -> Tensors:
    """All tensors of a sound release."""
    return load(random_release.read_bytes())


def refusal(content: bytes) -> WeightsRefused:
    """Why a release with this content is refused, its hash being right; the message names the file."""
    manifest = WeightsManifest("changed", "1.0.0", "", DecodingSettings((0.3, 0.3, 0.3)))
    # A network without memory spares the seconds of drawing random weights; its names and shapes are the same.
    with torch.device("meta"), pytest.raises(WeightsRefused) as caught:
        load_network(WeightsRelease(Path("changed-1.0.0.safetensors"), manifest, content))
    assert "changed-1.0.0.safetensors" in caught.value.message
    return caught.value


def test_a_network_comes_back_from_a_release_as_it_was(random_release: Path, tmp_path: Path) -> None:
    network = load_network(open_release(random_release))
    again = load_network(
        open_release(write_release(tmp_path, open_release(random_release).manifest, network.state_dict()))
    )
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(5))

    assert not network.training
    with torch.inference_mode():
        first, second = network(images), again(images)
    assert torch.equal(first.heat_logits, second.heat_logits)
    assert torch.equal(first.distances_px, second.distances_px)


def test_a_release_takes_half_the_bytes_of_the_network(random_release: Path) -> None:
    network = load_network(open_release(random_release))
    parameters = sum(tensor.numel() for tensor in network.state_dict().values())

    assert {tensor.dtype for tensor in network.parameters()} == {torch.float32}
    assert random_release.stat().st_size == pytest.approx(2 * parameters, rel=0.01)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensors: tensors.pop(BIAS), ["lacks 1 ", BIAS]),
        (lambda tensors: tensors.update({"subtype_head.bias": torch.zeros(8)}), ["1 unknown", "subtype_head.bias"]),
        (lambda tensors: tensors.update({BIAS: torch.zeros(4)}), [BIAS, "(4,)", "(3,)"]),
        (lambda tensors: tensors.update({BIAS: torch.zeros(3, dtype=torch.int8)}), [BIAS, "int8", "float32"]),
        (lambda tensors: tensors.update({BIAS: torch.zeros(3).to(torch.float8_e4m3fn)}), [BIAS, "float8"]),
        (lambda tensors: tensors.update({COUNTER: torch.tensor(1.0)}), [COUNTER, "float32", "int64"]),
        (lambda tensors: tensors.update({COUNTER: torch.tensor(1j)}), [COUNTER, "complex64"]),
    ],
    ids=["missing", "extra", "shape", "integers", "8-bit floats", "float for integer", "complex"],
)  # fmt: skip
def test_tensors_of_another_network_are_refused_by_name(
    change: Callable[[Tensors], object], words: list[str], tensors: Tensors
) -> None:
    changed = dict(tensors)
    change(changed)

    error = refusal(save(changed))

    assert error.code == "weights_mismatch"
    assert [word for word in words if word not in error.message] == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite_are_refused_by_name(value: float, tensors: Tensors) -> None:
    error = refusal(save(tensors | {BIAS: torch.tensor([0.0, value, 0.0])}))

    assert error.code == "weights_not_finite"
    assert BIAS in error.message


@pytest.mark.parametrize("content", [b"", b"short", bytes(200), b"\xff" * 200, b"PK\x03\x04" + bytes(60)])
def test_what_is_no_safetensors_file_is_refused(content: bytes) -> None:
    assert refusal(content).code == "weights_unreadable"


def test_a_number_format_that_torch_lacks_is_refused() -> None:
    header = json.dumps({"tensor": {"dtype": "F8_E8M0", "shape": [1], "data_offsets": [0, 1]}}).encode()

    assert refusal(struct.pack("<Q", len(header)) + header + b"\x00").code == "weights_unreadable"


class _Trap:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("unpickled",)


def test_a_pickle_under_another_name_is_refused_and_never_unpickled(tmp_path: Path) -> None:
    trap = tmp_path / "trap-1.0.0.safetensors"
    manifest = WeightsManifest("trap", "1.0.0", "", DecodingSettings((0.3, 0.3, 0.3)))
    content = pickle.dumps(_Trap())

    assert refusal(content).code == "weights_unreadable"
    assert not (tmp_path / "unpickled").exists()

    torch.save({"state": _Trap()}, trap)
    with pytest.raises(WeightsRefused) as caught:
        load_network(WeightsRelease(trap, manifest, trap.read_bytes()))
    assert caught.value.code == "weights_unreadable"
    assert not (tmp_path / "unpickled").exists()

    pickle.loads(content)  # noqa: S301 - the proof that the trap would have worked
    assert (tmp_path / "unpickled").is_dir()


def test_weights_without_a_namer_find_cells_and_may_not_claim_to_name_them(tensors: Tensors, tmp_path: Path) -> None:
    detector = {name: part for name, part in tensors.items() if not name.startswith(("embedding_head.", "namer."))}
    manifest = WeightsManifest(
        "old", "0.2.0", "", DecodingSettings((0.3, 0.3, 0.3)), architecture=DETECTOR_ARCHITECTURE
    )
    path = write_release(tmp_path, manifest, detector)

    loaded = load_network(open_release(path)).state_dict()
    assert torch.equal(loaded[BIAS], detector[BIAS].float())
    assert not any(part.any() for name, part in loaded.items() if name.startswith(("embedding_head.", "namer.")))

    naming = NamingSettings(1.0, 1.0, 0.5, 0.5)
    path = write_release(tmp_path, dataclasses.replace(manifest, naming=naming), detector)
    with pytest.raises(WeightsRefused, match="name no cell and judge no field"):
        open_release(path)

    del detector[BIAS]
    with pytest.raises(WeightsRefused, match="lacks 1 tensors"):
        load_network(open_release(write_release(tmp_path, manifest, detector)))
