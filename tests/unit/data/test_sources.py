"""Reading the publishers' own folders, and finding them."""

from pathlib import Path

import numpy as np
import pytest

from model.classes import CELL_CLASSES, CellClass, UnknownLabel, WhiteCellSubtype
from model.data.fields import AnnotatedField, LabelMode
from model.data.sources import UnknownSource, bccd, deep_bio_net, find_sources, read_sources, txl_pbc
from tests.unit.data.published_sets import (
    TxlImage,
    image_file,
    labels_of,
    smear,
    voc_text,
    write_bccd,
    write_deep_bio_net,
    write_txl_pbc,
)

RED, WHITE, PLATELET = (CELL_CLASSES.index(one) for one in CellClass)
TXL_IMAGES = [
    TxlImage("a1", "train", "bccd", "BloodImage_00001", 1),
    TxlImage("b2", "val", "pbc", "BA_47", 2),
    TxlImage("c3", "train", "raabin", "", 3),
]


def check_boxes(field: AnnotatedField, seed: int, tolerance: float) -> None:
    """The field holds exactly the cells that were drawn."""
    cells = smear(seed).cells
    assert list(field.class_indices) == [CELL_CLASSES.index(cell.cell_class) for cell in cells]
    drawn = np.array([cell.box_xyxy_image_px for cell in cells])
    assert np.abs(field.boxes_xyxy_px - drawn).max() <= tolerance


def test_txl_pbc_is_read_with_its_class_order_splits_and_provenance(tmp_path: Path) -> None:
    fields = {field.name: field for field in txl_pbc.read_fields(write_txl_pbc(tmp_path / "txl", TXL_IMAGES))}

    assert {name: field.source for name, field in fields.items()} == {
        "a1": "txl-pbc-bccd",
        "b2": "txl-pbc-pbc",
        "c3": "txl-pbc-raabin",
    }
    assert {name: field.original for name, field in fields.items()} == {
        "a1": "bccd:BloodImage_00001",
        "b2": "pbc:BA_47",
        "c3": "raabin:c3",
    }
    assert {name: field.published_split for name, field in fields.items()} == {
        "a1": "train",
        "b2": "val",
        "c3": "train",
    }
    for image in TXL_IMAGES:
        check_boxes(fields[image.stem], image.seed, tolerance=0.01)
        assert set(fields[image.stem].label_modes) == {LabelMode.FULL}


def test_txl_pbc_without_provenance_is_still_read(tmp_path: Path) -> None:
    root = write_txl_pbc(tmp_path / "txl", TXL_IMAGES)
    (root / "provenance.csv").unlink()

    assert {field.original for field in txl_pbc.read_fields(root)} == {"unknown:a1", "unknown:b2", "unknown:c3"}


def test_bccd_teaches_red_cells_and_platelets_only_where_they_are_boxed(tmp_path: Path) -> None:
    write_bccd(tmp_path, {"BloodImage_00007": 4})
    (field,) = bccd.read_fields(tmp_path / "BCCD")

    assert field.label_modes[RED] is LabelMode.POSITIVES
    assert field.label_modes[PLATELET] is LabelMode.POSITIVES
    assert field.label_modes[WHITE] is LabelMode.FULL
    assert field.original == "bccd:BloodImage_00007"
    check_boxes(field, 4, tolerance=0.51)


def test_deep_bio_net_is_read_however_it_spells_its_classes(tmp_path: Path) -> None:
    fields = deep_bio_net.read_fields(write_deep_bio_net(tmp_path, {39: 5, 40: 6, 41: 7}))

    for field, seed in zip(fields, (5, 6, 7), strict=True):
        check_boxes(field, seed, tolerance=0.51)
        assert not field.is_border_complete
    assert [field.original for field in fields] == ["block:0", "block:1", "block:1"]


def test_deep_bio_nets_sub_types_come_by_the_content_of_the_picture(tmp_path: Path) -> None:
    root = write_deep_bio_net(tmp_path, {39: 5, 40: 6, 41: 7}, {39: "EOSINOPHIL", 41: "MONOCYTE"})
    folder = root / "WBC Classification Dataset" / "LYMPHOCYTE"
    folder.mkdir()
    (folder / "040.jpg").write_bytes(image_file(6, quality=60))  # its number is that of a field, its picture is not
    (folder / ".DS_1.jpg").write_bytes(b"Bud1")
    fields = {field.name: field.white_cell_subtypes for field in deep_bio_net.read_fields(root)}

    assert fields == {"039": (WhiteCellSubtype.EOSINOPHIL,), "040": (), "041": (WhiteCellSubtype.MONOCYTE,)}


def test_an_unknown_folder_of_deep_bio_nets_sub_types_stops_the_reading(tmp_path: Path) -> None:
    write_deep_bio_net(tmp_path, {1: 1}, {1: "BLAST"})
    with pytest.raises(UnknownLabel, match="BLAST"):
        deep_bio_net.read_fields(tmp_path)


@pytest.mark.parametrize("source", ["txl-pbc", "bccd", "deep-bio-net"])
def test_an_unknown_label_stops_the_reading(source: str, tmp_path: Path) -> None:
    if source == "txl-pbc":
        write_txl_pbc(tmp_path, TXL_IMAGES[:1], classes=["WBC", "RBC", "Megakaryocyte"])
    elif source == "bccd":
        write_bccd(tmp_path, {"one": 1})
        (tmp_path / "BCCD" / "Annotations" / "one.xml").write_text(voc_text([("Megakaryocyte", (1, 1, 30, 30))]))
    else:
        write_deep_bio_net(tmp_path, {1: 1})
        (tmp_path / "detection" / "XML Files" / "001.xml").write_text(voc_text([("Megakaryocyte", (1, 1, 30, 30))]))

    with pytest.raises(UnknownLabel, match="Megakaryocyte"):
        read_sources(find_sources([tmp_path]))


def test_stray_files_and_images_without_annotation_are_no_fields(tmp_path: Path) -> None:
    txl = write_txl_pbc(tmp_path / "txl", TXL_IMAGES[:1])
    blood = write_bccd(tmp_path / "bccd", {"one": 1}) / "BCCD"
    bio = write_deep_bio_net(tmp_path / "bio", {1: 1}) / "detection"
    for images, annotations, suffix in (
        (txl / "images" / "train", txl / "labels" / "train", ".txt"),
        (blood / "JPEGImages", blood / "Annotations", ".xml"),
        (bio / "Images", bio / "XML Files", ".xml"),
    ):
        (images / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1")
        (images / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
        (images / "unlabelled.jpg").write_bytes(b"no annotation, so never opened")
        # What macOS leaves in archives: hidden companions of both files of a pair.
        (images / "._one.jpg").write_bytes(b"\x00\x05\x16\x07")
        (annotations / f"._one{suffix}").write_bytes(b"\x00\x05\x16\x07")

    fields = read_sources(find_sources([tmp_path]))

    assert {field.key for field in fields} == {"bccd/one", "deep-bio-net/001", "txl-pbc-bccd/a1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0.5 0.5 0.2\n", "five numbers"),
        ("0 0.5 0.5 0.2 0.2 0.9\n", "five numbers"),
        ("7 0.5 0.5 0.2 0.2\n", "classes.txt"),
        ("-1 0.5 0.5 0.2 0.2\n", "classes.txt"),
        ("red 0.5 0.5 0.2 0.2\n", "could not convert"),
    ],
)
def test_a_damaged_label_file_of_txl_pbc_is_an_error_in_words(text: str, words: str, tmp_path: Path) -> None:
    root = write_txl_pbc(tmp_path / "txl", TXL_IMAGES[:1])
    (root / "labels" / "train" / "a1.txt").write_text(text)

    with pytest.raises(ValueError, match=words):
        txl_pbc.read_fields(root)


def test_an_annotation_that_is_no_xml_is_an_error_that_names_it(tmp_path: Path) -> None:
    write_bccd(tmp_path, {"one": 1})
    (tmp_path / "BCCD" / "Annotations" / "one.xml").write_text("<annotation><object>")

    with pytest.raises(ValueError, match=r"one\.xml is not readable XML"):
        bccd.read_fields(tmp_path / "BCCD")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_image_without_cells_is_a_field_without_boxes(content: str, tmp_path: Path) -> None:
    root = write_txl_pbc(tmp_path / "txl", TXL_IMAGES[:1])
    (root / "labels" / "train" / "a1.txt").write_text(content)
    (field,) = txl_pbc.read_fields(root)

    assert field.boxes_xyxy_px.shape == (0, 4)
    assert field.class_indices.shape == (0,)


def test_data_sets_are_found_in_the_folder_given_and_below_it(tmp_path: Path) -> None:
    txl = write_txl_pbc(tmp_path / "downloads" / "txl-pbc", TXL_IMAGES[:1])
    write_bccd(tmp_path / "downloads" / "bccd", {"one": 1})
    blood = tmp_path / "downloads" / "bccd" / "BCCD"
    bio = write_deep_bio_net(tmp_path / "downloads" / "bio", {1: 1})

    everything = {("txl-pbc", txl), ("bccd", blood), ("deep-bio-net", bio)}
    assert set(find_sources([tmp_path / "downloads"])) == everything
    assert set(find_sources([txl, blood.parent, bio])) == everything
    assert find_sources([bio]) == [("deep-bio-net", bio)]


def test_a_data_set_given_twice_is_read_once(tmp_path: Path) -> None:
    bio = write_deep_bio_net(tmp_path / "bio", {1: 1})

    assert find_sources([bio, tmp_path, bio]) == [("deep-bio-net", bio)]


def test_a_folder_without_a_known_data_set_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()

    with pytest.raises(UnknownSource, match="holiday holds none of the known data sets: txl-pbc, deep-bio-net, bccd"):
        find_sources([tmp_path / "holiday"])
    with pytest.raises(UnknownSource, match="nowhere is not a folder"):
        find_sources([tmp_path / "nowhere"])


def test_labels_come_from_the_drawn_cells_themselves() -> None:
    # Guards the fixture: a drawn field without cells would make every test above pass.
    assert {name for name, _ in labels_of(1)} == {"RBC", "WBC", "Platelets"}
