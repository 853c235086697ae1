"""Sources that know cells without boxes: points, middle cells, and sub-types of whole fields."""

from pathlib import Path

import numpy as np
import pytest

from model.classes import CELL_CLASSES, CellClass, RedCellSubtype, UnknownLabel, WhiteCellSubtype
from model.data.building import build_dataset
from model.data.fields import LabelMode
from model.data.packed import read_index
from model.data.reducing import reduce_fields
from model.data.sources import chula_rbc_12, find_sources, kaggle_subtypes, pbc_acevedo, read_sources, stray_files
from model.data.splits import Split
from tests.unit.data.published_sets import TxlImage, smear, write_bccd, write_chula, write_pbc, write_txl_pbc

RED, WHITE, PLATELET = (CELL_CLASSES.index(one) for one in CellClass)
UNLABELLED = (LabelMode.NONE,) * 3


def write_list(root: Path, rows: str) -> Path:
    root.mkdir(parents=True)
    (root / "labels.csv").write_text(f",Image,Category\n{rows}")
    return root


def test_chulas_points_are_red_cells_of_known_type_without_boxes(tmp_path: Path) -> None:
    (field,) = chula_rbc_12.read_fields(write_chula(tmp_path / "chula", {12: 1}))
    red = [cell for cell in smear(1).cells if cell.cell_class is CellClass.RED_BLOOD_CELL]

    assert (field.source, field.original, field.label_modes) == ("chula-rbc-12", "chula:12", UNLABELLED)
    assert field.boxes_xyxy_px.shape == (0, 4)
    assert [point.class_index for point in field.points] == [RED] * len(red)
    assert field.points[0].subtype == RedCellSubtype.NORMAL
    assert field.points[1].subtype == RedCellSubtype.MACROCYTE
    assert len(field.ignored_xyxy_px) == 1  # the scale bar


@pytest.mark.parametrize(("text", "error"), [("10 20\n", ValueError), ("10 20 13\n", UnknownLabel)])
def test_a_damaged_line_or_unknown_type_of_chula_stops_the_build(
    text: str, error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        chula_rbc_12.read_fields(write_chula(tmp_path / "chula", {1: 1}, text))


def test_pbc_knows_the_middle_cell_alone(tmp_path: Path) -> None:
    names = {"erythroblast/ERB_1": 1, "platelet/PLATELET_1": 2, "ig/MMY_1": 3}
    fields = {field.name: field for field in pbc_acevedo.read_fields(write_pbc(tmp_path / "pbc", names))}
    points = {name: field.points[0] for name, field in fields.items()}

    assert (points["ERB_1"].class_index, points["ERB_1"].subtype) == (WHITE, WhiteCellSubtype.ERYTHROBLAST)
    assert (points["PLATELET_1"].class_index, points["PLATELET_1"].subtype) == (PLATELET, None)
    assert points["MMY_1"].subtype == WhiteCellSubtype.IMMATURE_GRANULOCYTE
    assert (points["MMY_1"].x_px, points["MMY_1"].y_px) == (96.0, 72.0)
    assert {field.label_modes for field in fields.values()} == {UNLABELLED}


def test_an_unknown_folder_of_pbc_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(UnknownLabel, match="parasite"):
        pbc_acevedo.read_fields(write_pbc(tmp_path / "pbc", {"parasite/P_1": 1}))


def test_kaggles_list_gives_bccd_fields_their_sub_types_and_blanks_none(tmp_path: Path) -> None:
    write_bccd(tmp_path / "bccd", {"BloodImage_00000": 1, "BloodImage_00001": 2, "BloodImage_00010": 3})
    write_list(tmp_path / "kaggle", ',0,NEUTROPHIL\n,1,\n,10,"NEUTROPHIL, EOSINOPHIL"\n')
    fields = {field.name: field.white_cell_subtypes for field in read_sources(find_sources([tmp_path]))}

    assert fields == {
        "BloodImage_00000": (WhiteCellSubtype.NEUTROPHIL,),
        "BloodImage_00001": (),
        "BloodImage_00010": (WhiteCellSubtype.NEUTROPHIL, WhiteCellSubtype.EOSINOPHIL),
    }


def test_a_list_without_its_columns_or_with_an_unknown_category_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownLabel, match="BLAST"):
        kaggle_subtypes.read_subtypes(write_list(tmp_path / "one", ",0,BLAST\n"))
    (tmp_path / "one" / "labels.csv").write_text("number,kind\n0,NEUTROPHIL\n")
    with pytest.raises(ValueError, match="lacks the columns"):
        kaggle_subtypes.read_subtypes(tmp_path / "one")


def test_stray_files_are_counted(tmp_path: Path) -> None:
    root = write_pbc(tmp_path / "pbc", {"ig/MMY_1": 1})
    (root / "ig" / ".DS_1.jpg").write_bytes(b"Bud1")
    chula = write_chula(tmp_path / "chula", {1: 2})
    (chula / "Dataset" / "9.jpg").write_bytes(b"no label file")
    sources = find_sources([tmp_path])

    assert stray_files(sources, read_sources(sources)) == {
        "pbc-acevedo": {"hidden": 1, "without_labels": 0},
        "chula-rbc-12": {"hidden": 0, "without_labels": 1},
    }


def test_a_pbc_original_that_txl_pbc_boxed_is_kept_once_and_knows_its_sub_type(tmp_path: Path) -> None:
    write_pbc(tmp_path / "pbc", {"ig/MMY_1": 1, "ig/MMY_2": 2})
    write_txl_pbc(tmp_path / "txl", [TxlImage("a1", "train", "pbc", "ig/MMY_1.jpg", 1)])
    build_dataset([tmp_path], tmp_path / "out")
    fields = {field.key: field for field in read_index(tmp_path / "out")}

    assert set(fields) == {"txl-pbc-pbc/a1", "pbc-acevedo/MMY_2"}
    assert fields["txl-pbc-pbc/a1"].points[0].subtype == "immature_granulocyte"


def test_points_ignored_regions_and_sub_types_reach_the_packed_set_at_its_scale(tmp_path: Path) -> None:
    build_dataset([write_chula(tmp_path / "chula", {2: 1})], tmp_path / "out")
    (field,) = read_index(tmp_path / "out")
    (read,) = chula_rbc_12.read_fields(tmp_path / "chula")

    assert field.points[0].x_px == pytest.approx(read.points[0].x_px * field.scale, abs=0.01)
    assert field.points[0].subtype == read.points[0].subtype
    assert np.abs(field.ignored_array() - read.ignored_xyxy_px * field.scale).max() < 0.01
    assert field.scale == pytest.approx(50 / 38)


def test_fields_with_points_alone_train_or_are_held_out_and_held_out_ones_are_not_packed(tmp_path: Path) -> None:
    # Pictures 4 and 18 are held out, 1 and 12 train; the hash that says so must not change.
    build_dataset([write_chula(tmp_path / "chula", {1: 1, 12: 2, 4: 3, 18: 4})], tmp_path / "out")
    fields = {field.key.rpartition("/")[2]: field for field in read_index(tmp_path / "out")}

    assert {name: field.split for name, field in fields.items()} == {
        "1": Split.TRAIN,
        "12": Split.TRAIN,
        "4": Split.HELD_OUT,
        "18": Split.HELD_OUT,
    }
    assert {name for name, field in fields.items() if field.has_pixels} == {"1", "12"}


def test_reducing_keeps_all_platelets_and_as_many_of_each_other_kind(tmp_path: Path) -> None:
    names = {f"{kind}/{kind}_{n}": n for kind in ("ig", "platelet", "basophil") for n in range(12)}
    fields = pbc_acevedo.read_fields(write_pbc(tmp_path / "pbc", names))
    kept, left_out = reduce_fields(fields, 3)
    again, _ = reduce_fields(list(reversed(fields)), 3)

    assert sum(field.points[0].class_index == PLATELET for field in kept) == 12
    assert len(kept) + sum(left_out.values()) == len(fields)
    assert left_out["pbc-acevedo: basophil"] > 0
    assert {field.key for field in again} == {field.key for field in kept}


def test_of_two_copies_of_one_chula_field_the_one_with_more_points_stays(tmp_path: Path) -> None:
    root = write_chula(tmp_path / "chula", {8: 1, 9: 1})
    (root / "Label" / "8.txt").write_text("40 40 0\n")
    report = build_dataset([root], tmp_path / "out")

    assert [field.key for field in read_index(tmp_path / "out")] == ["chula-rbc-12/9"]
    assert report["dropped_or_mended"] == {"chula-rbc-12: byte-identical to another field": 1}


def test_a_field_whose_list_of_points_is_empty_neither_tunes_nor_validates(tmp_path: Path) -> None:
    root = write_chula(tmp_path / "chula", {number: number for number in range(0, 120, 10)}, text="")
    build_dataset([root], tmp_path / "out")

    assert {field.split for field in read_index(tmp_path / "out")} == {Split.TRAIN, Split.HELD_OUT}
