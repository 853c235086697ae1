"""The counter: image bytes in, a result out, whatever the bytes are."""

import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.ExifTags import Base
from torch import Tensor

from model.classes import CELL_CLASSES, CellClass
from model.counting import compute_counts
from model.inference import CellCounter, DeviceUnavailable, load_cell_counter
from model.inference.device import choose_device
from model.inference.network_pass import NetworkPass
from model.network import DenseOutput
from model.preprocessing import ImageLimits
from model.quality import FieldMeasures
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import FieldResult, Size
from model.weights import WeightsRefused, open_release
from tests.random_release import RANDOM_THRESHOLDS
from tests.unit.inference.painted_cells import SETTINGS, Disc, disc_pass, find_discs, paint

FIELD = encode_png(render_smear(SmearRecipe(Size(192, 128), 12, 1, 2, 30.0, seed=1)).image_hwc_u8)


@pytest.fixture(scope="module")
def counted(random_counter: CellCounter) -> FieldResult:
    """What the real network gives for the field."""
    return random_counter.count(FIELD)


@pytest.fixture
def disc_counter(random_counter: CellCounter, monkeypatch: pytest.MonkeyPatch) -> CellCounter:
    """A counter that finds painted discs, in which only the network has been exchanged."""
    monkeypatch.setattr(random_counter, "_pass", disc_pass())
    monkeypatch.setattr(random_counter, "settings", SETTINGS)
    return random_counter


def test_the_real_network_counts_a_field_from_bytes_to_cells(random_counter: CellCounter, counted: FieldResult) -> None:
    assert (counted.status, counted.reason, counted.image_size) == ("counted", None, Size(192, 128))
    assert counted.weights == random_counter.weights
    assert len(counted.cells) > 10
    for cell in counted.cells:
        x1, y1, x2, y2 = cell.box_xyxy_image_px
        assert 0 <= x1 < x2 <= 192
        assert 0 <= y1 < y2 <= 128
        assert cell.is_counted
        assert RANDOM_THRESHOLDS[CELL_CLASSES.index(cell.cell_class)] <= cell.score <= 1


def test_the_same_bytes_give_the_same_cells(random_counter: CellCounter, counted: FieldResult) -> None:
    assert random_counter.count(FIELD).cells == counted.cells


def test_timings_name_every_stage_and_quality_every_measure(counted: FieldResult) -> None:
    assert set(counted.timings_ms) == {"decode", "resize", "network", "decoding", "naming", "quality", "total"}
    assert min(counted.timings_ms.values()) >= 0
    parts = [value for stage, value in counted.timings_ms.items() if stage != "total"]
    assert sum(parts) <= counted.timings_ms["total"]
    assert set(counted.quality) == {
        "red_cell_diameter_px",
        "red_cell_diameter_low_px",
        "red_cell_diameter_high_px",
        "red_cell_diameter_spread",
        "red_cells_measured",
        "scale_agreement",
        "scale_to_network",
        "um_per_px",
        "smear_distance",
        "smear_likeness",
        *FieldMeasures().rounded(),
    }


def test_a_lower_score_lists_more_cells_and_counts_the_same(random_counter: CellCounter, counted: FieldResult) -> None:
    listed = random_counter.count(FIELD, min_score=0.004)
    uncounted = [cell for cell in listed.cells if not cell.is_counted]

    assert [cell for cell in listed.cells if cell.is_counted] == list(counted.cells)
    assert CellClass.PLATELET in {cell.cell_class for cell in uncounted}
    assert min(cell.score for cell in uncounted) >= 0.004
    assert compute_counts(listed.cells) == compute_counts(counted.cells)


def test_a_score_above_the_thresholds_hides_no_counted_cell(random_counter: CellCounter, counted: FieldResult) -> None:
    assert random_counter.count(FIELD, min_score=1.0).cells == counted.cells


def test_a_score_of_zero_does_not_list_every_pixel(random_counter: CellCounter) -> None:
    assert len(random_counter.count(FIELD, min_score=0.0).cells) < 192 * 128 / 16


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"not an image at all", "not_an_image"),
        (FIELD[: len(FIELD) // 2], "truncated"),
        (encode_png(np.zeros((20, 20, 3), np.uint8)), "too_small"),
    ],
    ids=["empty", "text", "cut off", "tiny"],
)
def test_what_is_no_readable_image_is_refused_in_words(content: bytes, code: str, random_counter: CellCounter) -> None:
    result = random_counter.count(content)

    assert (result.status, result.image_size, result.cells) == ("refused", None, ())
    assert result.reason is not None
    assert result.reason.code == code
    assert result.reason.message.endswith(".")
    assert set(result.timings_ms) == {"decode"}


def test_the_limits_of_the_installation_are_kept(random_release: Path) -> None:
    counter = load_cell_counter(random_release, device="cpu", limits=ImageLimits(max_pixels=10_000))
    result = counter.count(FIELD)

    assert result.reason is not None
    assert result.reason.code == "too_many_pixels"


def test_an_image_without_cells_is_counted_with_warnings(disc_counter: CellCounter) -> None:
    result = disc_counter.count(encode_png(paint(Size(200, 100), [])))

    assert (result.status, result.cells) == ("counted", ())
    assert [warning.code for warning in result.warnings] == ["scale_unknown", "no_cells"]
    assert result.quality["red_cell_diameter_px"] is None


def test_warnings_about_the_file_come_with_the_result(disc_counter: CellCounter) -> None:
    grey = Image.fromarray(paint(Size(200, 100), [Disc(100, 50, 40)])).convert("L")
    buffer = BytesIO()
    grey.save(buffer, "PNG")

    assert "colour_missing" in [warning.code for warning in disc_counter.count(buffer.getvalue()).warnings]


def _turned(pixels: np.ndarray, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def _centres(result: FieldResult) -> list[tuple[float, float]]:
    boxes = [cell.box_xyxy_image_px for cell in result.cells]
    return sorted((round((x1 + x2) / 2), round((y1 + y2) / 2)) for x1, y1, x2, y2 in boxes)


def test_boxes_lie_in_the_upright_image(disc_counter: CellCounter) -> None:
    # Orientation 6 is a camera held upright: what is stored must be turned clockwise by a quarter.
    pixels = paint(Size(300, 200), [Disc(50, 30, 40), Disc(240, 160, 40), Disc(100, 150, 30)])
    upright, turned = disc_counter.count(_turned(pixels, 1)), disc_counter.count(_turned(pixels, 6))

    assert (upright.image_size, turned.image_size) == (Size(300, 200), Size(200, 300))
    assert len(upright.cells) == 3
    expected = sorted((200 - y, x) for x, y in _centres(upright))
    assert np.abs(np.array(_centres(turned)) - np.array(expected)).max() <= 2


def test_threads_share_a_counter_without_mixing_their_images(disc_counter: CellCounter) -> None:
    fields = [
        encode_png(paint(Size(300, 200), [Disc(40 + 50 * n, 100, 36) for n in range(count)])) for count in range(6)
    ]
    found: dict[int, FieldResult] = {}

    def count(number: int) -> None:
        found[number] = disc_counter.count(fields[number])

    threads = [threading.Thread(target=count, args=(number,)) for number in range(len(fields))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {number: len(result.cells) for number, result in found.items()} == {n: n for n in range(6)}
    assert {result.status for result in found.values()} == {"counted"}


def test_the_identity_of_the_weights_is_that_of_the_file(random_release: Path, random_counter: CellCounter) -> None:
    assert random_counter.weights == open_release(random_release).manifest.identity
    assert len(random_counter.weights.sha256) == 64


def test_missing_weights_are_never_replaced_by_others(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused):
        load_cell_counter(tmp_path / "none.safetensors")


@pytest.mark.parametrize("device", ["tpu", "CPU", ""])
def test_an_unknown_device_is_refused_with_the_choices(device: str) -> None:
    with pytest.raises(DeviceUnavailable, match="choose auto, cpu or cuda"):
        choose_device(device)


def test_a_missing_cuda_device_is_refused_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    with pytest.raises(DeviceUnavailable, match="no CUDA device"):
        choose_device("cuda")


@pytest.mark.parametrize(("factor", "codes"), [(1.0, []), (4.0, ["counts_disagree"])])
def test_a_count_head_that_sees_far_more_cells_than_were_found_is_told(
    factor: float, codes: list[str], disc_counter: CellCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exaggerating(images: Tensor) -> DenseOutput:
        output = find_discs(images)
        return output._replace(densities=output.densities * factor)

    monkeypatch.setattr(disc_counter, "_pass", NetworkPass(exaggerating, torch.device("cpu"), SETTINGS))
    discs = [Disc(60 + 90 * column, 60 + 90 * row, 50) for row in range(5) for column in range(6)]
    found = disc_counter.count(encode_png(paint(Size(640, 480), discs)))

    assert compute_counts(found.cells)["RBC"] == 30
    assert [notice.code for notice in found.warnings] == codes
    assert found.head_counts is not None
    assert found.head_counts["RBC"] == pytest.approx(30 * factor, rel=0.25)  # its margins hold no cut cells here
