from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.evaluation.gate_faults import FAULTS
from model.evaluation.gate_pictures import JUDGE, LEARN, PicturesMissing, drawn_pictures, read_pictures, write_pictures
from model.quality import GATE_WARNINGS
from tests.unit.quality.rendered_patches import field

DRAWN = drawn_pictures()


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_follows_from_its_seed(name: str) -> None:
    one, again, other = (DRAWN[name](np.random.default_rng(seed)) for seed in (0, 0, 1))

    assert one.size == (640, 480)
    assert one.mode == "RGB"
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.slow
def test_no_kind_lies_in_both_halves_and_photographs_are_reduced(tmp_path: Path) -> None:
    source = tmp_path / "photographs"
    source.mkdir()
    for number in range(12):
        name = f"{'abcdef'[number % 6]}-{number}.png"
        Image.new("RGBA", (1600, 900), (number * 20, 90, 40, 128)).save(source / name)
    Image.new("RGB", (16, 16)).save(source / "icon.png")
    (source / "broken.jpg").write_bytes(b"no picture")

    written = write_pictures(tmp_path / "set", [source], most=12)

    kinds = []
    for half in (LEARN, JUDGE):
        paths = read_pictures(tmp_path / "set", half)
        assert len(paths) == written[half] > len(DRAWN) * 0.7
        kinds.append({path.stem.rsplit("-", 1)[0] for path in paths})
        reduced = next(path for path in paths if "photograph" in path.name)
        with Image.open(reduced) as image:
            assert image.size == (800, 450)
    assert kinds[0] & kinds[1] == set()
    assert sum(written.values()) == 2 * len(DRAWN) + 12


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(PicturesMissing, match="bloodcount gate pictures"):
        read_pictures(tmp_path, LEARN)
    (tmp_path / "empty").mkdir()
    with pytest.raises(PicturesMissing, match="no photograph"):
        write_pictures(tmp_path / "set", [tmp_path / "empty"], 5)


def test_every_warning_but_those_of_the_smear_itself_is_judged_by_a_fault() -> None:
    assert {fault.warning for fault in FAULTS} - {None} == set(GATE_WARNINGS[:4])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_keeps_the_size_and_changes_the_image(fault: object) -> None:
    image = field().image_hwc_u8

    changed = fault.apply(image, 1.0)  # type: ignore[attr-defined] # pytest gives the parameter no type

    assert changed.shape == image.shape
    assert changed.dtype == np.uint8
    assert np.array_equal(changed, image) == (fault.name == "as photographed")  # type: ignore[attr-defined]
