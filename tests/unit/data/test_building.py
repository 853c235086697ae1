"""Building the training set: one copy of each picture, one split an original, one scale, and an honest report."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from model.classes import UnknownLabel
from model.config import RED_CELL_DIAMETER_PX
from model.data.building import build_dataset
from model.data.fields import LabelMode
from model.data.packed import IMAGE_FOLDER, PackedField, PackedSetError, read_index
from model.data.splits import Split
from tests.unit.data.published_sets import (
    FIELD_SIZE,
    RED_CELL_PX,
    TxlImage,
    image_file,
    labels_of,
    smear,
    voc_text,
    write_bccd,
    write_deep_bio_net,
    write_txl_pbc,
)

TRAINING_BLOCK, VALIDATION_BLOCK = 5, 45
"""Numbers of Deep Bio-Net images of two blocks: 0 is for training, 1 for validation."""


@dataclass(frozen=True)
class Built:
    """A built training set and its report."""

    folder: Path
    report: dict[str, Any]
    fields: dict[str, PackedField]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All three sources with their traps, built."""
    downloads = tmp_path_factory.mktemp("downloads")
    txl = write_txl_pbc(
        downloads / "txl-pbc",
        [
            TxlImage("a1", "train", "bccd", "BloodImage_00001", 1),
            TxlImage("b2", "val", "pbc", "BA_47", 2),
            TxlImage("c3", "train", "raabin", "", 3),
            TxlImage("broken", "train", "raabin", "", 4),
        ],
    )
    (txl / "images" / "train" / "broken.png").write_bytes(b"no image")
    # BloodImage_00001 is also in TXL-PBC; so is the picture of 00002, which nobody names there.
    write_bccd(downloads / "bccd", {"BloodImage_00001": 1, "BloodImage_00002": 2, "BloodImage_00003": 11})
    outside = [("RBC", (-30.0, 10.0, 20.0, 40.0)), ("RBC", (200.0, 10.0, 240.0, 40.0))]
    annotation = downloads / "bccd" / "BCCD" / "Annotations" / "BloodImage_00003.xml"
    annotation.write_text(voc_text([*labels_of(11), *outside, *labels_of(11)[:2]]))
    write_deep_bio_net(downloads / "deep-bio-net", {TRAINING_BLOCK: 21, VALIDATION_BLOCK: 21, 50: 22, 6: 23})
    (downloads / "deep-bio-net" / "detection" / "Images" / "005.jpg").write_bytes(image_file(21, quality=80))
    out = tmp_path_factory.mktemp("packed")
    report = build_dataset([downloads], out)
    return Built(out, report, {field.key: field for field in read_index(out)})


def test_each_picture_is_kept_once_and_the_validation_copy_goes_first(built: Built) -> None:
    assert {key: field.split for key, field in built.fields.items()} == {
        "txl-pbc-bccd/a1": Split.TRAIN,
        "txl-pbc-pbc/b2": Split.VALIDATION,
        "txl-pbc-raabin/c3": Split.TRAIN,
        "bccd/BloodImage_00003": Split.TRAIN,
        "deep-bio-net/045": Split.VALIDATION,
        "deep-bio-net/050": Split.VALIDATION,
        "deep-bio-net/006": Split.TRAIN,
    }


def test_the_report_counts_what_was_dropped_and_why(built: Built) -> None:
    assert built.report["dropped_or_mended"] == {
        "bccd: box clipped to the image (kept)": 1,
        "bccd: box empty or outside the image": 1,
        "bccd: same box twice": 2,
        "bccd: original that TXL-PBC labels": 1,
        "bccd: same picture as another field": 1,
        "deep-bio-net: same picture as another field": 1,
        "txl-pbc-raabin: unreadable image": 1,
    }


def test_the_report_adds_up(built: Built) -> None:
    report = built.report
    kept = sum(sum(sources.values()) for sources in report["fields_kept"].values())
    whole_fields = ("unreadable image", "same picture as another field", "original that TXL-PBC labels")
    lost = sum(count for reason, count in report["dropped_or_mended"].items() if reason.endswith(whole_fields))

    assert report["fields_read"] == {
        "txl-pbc-bccd": 1,
        "txl-pbc-pbc": 1,
        "txl-pbc-raabin": 2,
        "bccd": 3,
        "deep-bio-net": 4,
    }
    assert kept == len(built.fields) == sum(report["fields_read"].values()) - lost
    assert report["boxes_kept"] == {
        split.value: sum(len(field.class_indices) for field in built.fields.values() if field.split is split)
        for split in Split
    }
    assert {source["name"] for source in report["sources"]} == {"txl-pbc", "bccd", "deep-bio-net"}


def test_the_report_is_also_a_file(built: Built) -> None:
    assert json.loads((built.folder / "report.json").read_text()) == built.report


def test_the_splits_are_written_for_everybody_to_read(built: Built) -> None:
    with (built.folder / "splits.csv").open(newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}

    assert {key: row["split"] for key, row in rows.items()} == {k: f.split.value for k, f in built.fields.items()}
    assert rows["txl-pbc-bccd/a1"]["original"] == "bccd:BloodImage_00001"


def test_no_original_lies_in_two_splits(built: Built) -> None:
    splits: dict[str, set[Split]] = {}
    for field in built.fields.values():
        splits.setdefault(field.original, set()).add(field.split)

    assert [original for original, found in splits.items() if len(found) > 1] == []


def test_every_image_is_rescaled_until_red_cells_have_the_networks_size(built: Built) -> None:
    for field in built.fields.values():
        boxes = field.boxes_array()[np.array(field.class_indices) == 0]
        diameter = float(np.median((boxes[:, 2:] - boxes[:, :2]).mean(axis=1)))
        # The median over all red cells, here with those cut by the border, so only about right.
        assert diameter == pytest.approx(RED_CELL_DIAMETER_PX, rel=0.12)
        if field.has_pixels:
            with Image.open(built.folder / IMAGE_FOLDER / field.file_name) as image:
                assert image.size == (field.width, field.height)
        assert field.width == round(FIELD_SIZE.width * field.scale)
        assert field.scale == pytest.approx(RED_CELL_DIAMETER_PX / RED_CELL_PX, rel=0.15)


def test_boxes_are_rescaled_with_their_image_and_lead_back_to_it(built: Built) -> None:
    field = built.fields["txl-pbc-raabin/c3"]
    drawn = np.array([cell.box_xyxy_image_px for cell in smear(3).cells])

    assert np.abs(field.boxes_array() - drawn * field.scale).max() < 0.05
    assert np.abs(field.reference_boxes_image_px() - drawn).max() < 0.05
    with Image.open(field.original_path) as image:
        assert image.size == (FIELD_SIZE.width, FIELD_SIZE.height)


def test_what_labels_can_be_trusted_for_reaches_the_packed_set(built: Built) -> None:
    modes = {key: field.label_modes for key, field in built.fields.items()}

    assert modes["bccd/BloodImage_00003"] == (LabelMode.POSITIVES, LabelMode.FULL, LabelMode.POSITIVES)
    assert modes["txl-pbc-bccd/a1"] == (LabelMode.FULL,) * 3
    assert not built.fields["deep-bio-net/050"].is_border_complete
    assert built.fields["txl-pbc-bccd/a1"].is_border_complete


def test_a_second_build_gives_the_same_set(built: Built, tmp_path: Path) -> None:
    sources = [Path(source["folder"]) for source in built.report["sources"]]
    build_dataset(list(reversed(sources)), tmp_path / "again")

    assert (tmp_path / "again" / "fields.jsonl").read_bytes() == (built.folder / "fields.jsonl").read_bytes()
    assert (tmp_path / "again" / "splits.csv").read_bytes() == (built.folder / "splits.csv").read_bytes()


def test_progress_is_told_for_every_field(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build_dataset([write_deep_bio_net(tmp_path / "bio", {1: 1, 2: 2})], tmp_path / "out", lambda *n: told.append(n))

    assert told == [(1, 2), (2, 2)]


def test_an_unknown_label_stops_the_build_before_anything_is_written(tmp_path: Path) -> None:
    write_bccd(tmp_path / "bccd", {"one": 1})
    (tmp_path / "bccd" / "BCCD" / "Annotations" / "one.xml").write_text(voc_text([("Parasite", (1, 1, 30, 30))]))

    with pytest.raises(UnknownLabel, match="Parasite"):
        build_dataset([tmp_path / "bccd"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_data_set_without_a_readable_image_is_an_error_in_words(tmp_path: Path) -> None:
    write_bccd(tmp_path / "bccd", {"one": 1})
    (tmp_path / "bccd" / "BCCD" / "JPEGImages" / "one.jpg").write_bytes(b"")

    with pytest.raises(ValueError, match="no readable image with an annotation"):
        build_dataset([tmp_path / "bccd"], tmp_path / "out")


def test_one_split_is_read_alone(built: Built) -> None:
    assert {field.split for field in read_index(built.folder, Split.VALIDATION)} == {Split.VALIDATION}
    with pytest.raises(PackedSetError, match="no field of the split tune"):
        read_index(built.folder, Split.TUNE)


def test_a_folder_that_was_never_built_is_refused_with_the_command_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(PackedSetError, match="bloodcount dataset build"):
        read_index(tmp_path)
