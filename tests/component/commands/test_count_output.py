"""What ``bloodcount count`` writes of the cells' types, and where the weights can name none."""

import csv
import io
from collections.abc import Sequence

import pytest

from app.commands.count_output import OutputFormat, write_records
from app.schemas.result_record import ResultRecord, build_result_record
from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Notice, Size, WeightsIdentity

WEIGHTS = WeightsIdentity("bloodcount-resnet50", "1.0", "ab" * 32)
BOX = (1.0, 1.0, 9.0, 9.0)
ALL_UNAVAILABLE = ("NRBC", "differential", "morphology")
OLD_COLUMNS = ["image", "status", "RBC", "WBC", "PLT", "NRBC", "warnings", "reason", "weights"]


def record_of(name: str, types: Sequence[tuple[CellClass, str | None]], *unavailable: str) -> ResultRecord:
    cells = tuple(DetectedCell(cell_class, BOX, 0.9, is_counted=True, subtype=subtype) for cell_class, subtype in types)
    result = FieldResult("counted", WEIGHTS, Size(9, 9), cells=cells, unavailable=unavailable)
    return build_result_record(name, result)


RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
NAMED = record_of(
    "named.png",
    [
        *[(WHITE, "neutrophil")] * 2,
        (WHITE, "immature_granulocyte"),
        (WHITE, "unidentified"),
        (WHITE, "erythroblast"),
        *[(RED, "normal")] * 3,
        (RED, "target"),
        (RED, "uncategorised"),
        (PLATELET, None),
    ],
)
UNNAMED = record_of("unnamed.png", [(WHITE, None), (RED, None)], *ALL_UNAVAILABLE)
REFUSED = build_result_record("refused.png", FieldResult("refused", WEIGHTS, reason=Notice("not_a_smear", "No smear.")))


def written(capsys: pytest.CaptureFixture[str], output_format: OutputFormat, *records: ResultRecord) -> str:
    assert write_records(iter(records), output_format) == sum(record.status == "refused" for record in records)
    return capsys.readouterr().out


def test_csv_has_a_column_for_every_type_after_those_it_always_had(capsys: pytest.CaptureFixture[str]) -> None:
    output = written(capsys, OutputFormat.CSV, NAMED)

    (row,) = csv.DictReader(io.StringIO(output))
    assert list(row)[: len(OLD_COLUMNS)] == OLD_COLUMNS
    assert len(row) == len(OLD_COLUMNS) + 7 + 13
    assert {name: value for name, value in row.items() if "_" in name and value != "0"} == {
        "differential_neutrophil": "2",
        "differential_immature_granulocyte": "1",
        "differential_unidentified": "1",
        "morphology_normal": "3",
        "morphology_target": "1",
        "morphology_uncategorised": "1",
    }
    assert (row["RBC"], row["WBC"], row["PLT"], row["NRBC"]) == ("5", "4", "1", "1")


def test_csv_says_what_is_not_available_and_leaves_empty_what_was_not_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = written(capsys, OutputFormat.CSV, UNNAMED, REFUSED)

    unnamed, refused = csv.DictReader(io.StringIO(output))
    types = [name for name in unnamed if name.startswith(("differential_", "morphology_"))]
    assert (unnamed["RBC"], unnamed["WBC"]) == ("1", "1")
    assert {unnamed[name] for name in ("NRBC", *types)} == {"not available"}
    assert {refused[name] for name in ("RBC", "WBC", "PLT", "NRBC", *types)} == {""}


def test_the_table_tells_the_types_that_occur(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    none = record_of("none.png", [(PLATELET, None)])

    lines = written(capsys, OutputFormat.TABLE, NAMED, UNNAMED, REFUSED, none).splitlines()

    def cells_of(name: str) -> list[str]:
        line = next(line for line in lines if name in line and "│" in line)
        return [cell.strip() for cell in line.split("│")[5:7]]

    white = "2 neutrophil, 1 immature granulocyte, 1 unidentified"
    assert cells_of("named.png") == [white, "3 normal, 1 target, 1 uncategorised"]
    assert cells_of("unnamed.png") == cells_of("refused.png") == ["–", "–"]
    assert cells_of("none.png") == ["none", "none"]
