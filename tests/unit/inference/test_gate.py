import dataclasses

import numpy as np
import torch

from model.classes import CellClass
from model.decoding import RawDetections
from model.inference.gate import FieldGate
from model.inference.progress import StageTimer
from model.inference.scale import ScaledLook
from model.quality import FEATURES, GateSettings
from model.types import DetectedCell
from tests.unit.quality.rendered_patches import field, some_limits

FAMILIAR, STRANGE = (np.full(FEATURES, middle, np.float32) for middle in (0.5, 0.7))
NOTHING_FOUND = RawDetections(torch.empty(0, 4), torch.empty(0), torch.empty(0, dtype=torch.int64), torch.empty(0, 0))

NEVER_A_SMEAR = dataclasses.replace(some_limits().likeness, bias=-30.0)


def named_cells() -> list[DetectedCell]:
    subtypes = {"RBC": "target", "WBC": "basophil", "PLT": None}
    cells = [
        DetectedCell(
            cell.cell_class,
            cell.box_xyxy_image_px,
            0.9,
            is_counted=True,
            subtype=name,
            subtype_probability=None if name is None else 0.8,
            likeliest_subtype=name,
        )
        for cell in field().cells
        for name in [subtypes[cell.cell_class]]
    ]
    white = dataclasses.replace(
        cells[0], cell_class=CellClass.WHITE_BLOOD_CELL, subtype="basophil", likeliest_subtype="basophil"
    )
    return [*cells, white]


def judge(limits: GateSettings | None, features: np.ndarray) -> tuple[list[DetectedCell], list[str], str | None]:
    look = ScaledLook(NOTHING_FOUND, {}, features, 1.0, None)
    gated = FieldGate.of(limits).judge(field().image_hwc_u8, look, named_cells(), StageTimer())
    return (
        list(gated.cells),
        [warning.code for warning in gated.warnings],
        None if gated.refusal is None else gated.refusal.code,
    )


def test_a_familiar_smear_passes_with_its_sub_types() -> None:
    assert judge(some_limits(), FAMILIAR) == (named_cells(), [], None)


def test_in_an_unfamiliar_smear_no_cell_is_named_but_the_likeliest_stays_listed() -> None:
    cells, warnings, refusal = judge(some_limits(), STRANGE)

    assert (warnings, refusal) == (["unfamiliar_smear"], None)
    assert {(cell.cell_class, cell.subtype, cell.likeliest_subtype, cell.subtype_probability) for cell in cells} == {
        ("RBC", "uncategorised", "target", 0.8),
        ("WBC", "unidentified", "basophil", 0.8),
    }


def test_whether_a_white_cell_of_an_unfamiliar_smear_is_a_nucleated_red_cell_is_not_available() -> None:
    def unavailable(features: np.ndarray, cells: list[DetectedCell]) -> tuple[str, ...]:
        look = ScaledLook(NOTHING_FOUND, {}, features, 1.0, None)
        return FieldGate.of(some_limits()).judge(field().image_hwc_u8, look, cells, StageTimer()).unavailable

    red_cells = [cell for cell in named_cells() if cell.cell_class is CellClass.RED_BLOOD_CELL]

    assert unavailable(STRANGE, named_cells()) == ("NRBC",)
    assert unavailable(STRANGE, red_cells) == (), "where there is no white cell, none is a nucleated red one"
    assert unavailable(FAMILIAR, named_cells()) == ()


def test_of_what_is_no_smear_no_cell_is_left() -> None:
    assert judge(dataclasses.replace(some_limits(), likeness=NEVER_A_SMEAR), FAMILIAR) == ([], [], "not_a_smear")


def test_weights_without_limits_let_everything_pass() -> None:
    assert judge(None, STRANGE) == (named_cells(), [], None)


def test_the_record_holds_every_measure_and_how_long_measuring_took() -> None:
    timer = StageTimer()
    look = ScaledLook(NOTHING_FOUND, {}, FAMILIAR, 1.0, None)

    quality = FieldGate.of(some_limits()).judge(field().image_hwc_u8, look, named_cells(), timer).quality
    ungated = FieldGate.of(None).judge(field().image_hwc_u8, look, named_cells(), StageTimer()).quality

    assert quality["smear_distance"] is not None
    assert quality["edge_width_px"] is not None
    assert ungated == {**quality, "smear_distance": None, "smear_likeness": None}
    assert timer.timings_ms["quality"] > 0
