"""``bloodcount adapt``: weights for one laboratory, made from its fields without a label."""

import contextlib
import io
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from app.cli import run
from model.rendering import SmearRecipe, encode_png, render_smear
from model.training.adapting import FEWEST_FIELDS
from model.types import Size
from model.weights import open_release, read_manifest, shipped_weights_path

pytestmark = pytest.mark.usefixtures("torch_as_before")


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """As few drawn fields as are enough, and a file that is no image."""
    folder = tmp_path_factory.mktemp("fields")
    paths = [folder / f"field-{seed}.png" for seed in range(FEWEST_FIELDS)]
    for seed, path in enumerate(paths):
        recipe = SmearRecipe(
            size=Size(320, 240), red_cells=14, white_cells=1, platelets=2, red_cell_diameter_px=40, seed=seed
        )
        path.write_bytes(encode_png(render_smear(recipe).image_hwc_u8))
    (folder / "notes.png").write_text("no image")
    return [*paths, folder / "notes.png"]


def adapt(fields: list[Path], out: Path, *options: str) -> int:
    return run(["adapt", *map(str, fields), "--out", str(out), "--version", "9.9.9+here", *options])


def test_only_what_the_norms_expect_moves_and_the_manifest_tells_so(
    fields: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adapt(fields, tmp_path / "half", "--share", "0.5") == 0
    told = capsys.readouterr()
    assert adapt(fields, tmp_path / "all", "--share", "1") == 0

    path = Path(told.out.strip())
    assert f"{FEWEST_FIELDS} of {FEWEST_FIELDS + 1} images were counted and taken." in told.err
    before, half, whole = (load_file(one) for one in (shipped_weights_path(), path, tmp_path / "all" / path.name))
    moved = {name for name, tensor in half.items() if not torch.equal(tensor, before[name])}
    assert moved
    assert all(re.search(r"running_(mean|var)$", name) for name in moved)
    for name in moved:
        middle = (before[name].double() + whole[name].double()) / 2
        assert torch.allclose(half[name].double(), middle, rtol=5e-3, atol=1e-3), name
    release, shipped = open_release(path), read_manifest(shipped_weights_path().with_suffix(".json"))
    adapted = release.manifest.training["adapted"]
    assert (adapted["fields"], adapted["share"]) == (FEWEST_FIELDS, 0.5)
    assert adapted["from"]["sha256"] == shipped.sha256
    assert release.manifest.metrics == {}
    assert (release.manifest.gate, release.manifest.naming) == (shipped.gate, shipped.naming)


@pytest.mark.parametrize(
    ("count", "version", "words"),
    [
        (3, "9.9.9+here", f"3 of 3 images were counted, and adapting needs at least {FEWEST_FIELDS}"),
        (1, "0.4.0", "give the adapted ones another --version"),
        (FEWEST_FIELDS, "ward 7", "version"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    fields: list[Path], tmp_path: Path, count: int, version: str, words: str
) -> None:
    told = io.StringIO()
    with contextlib.redirect_stderr(told):
        assert adapt(fields[:count], tmp_path, "--version", version) == 1

    assert words in told.getvalue()
    assert told.getvalue().count("\n") == 1
