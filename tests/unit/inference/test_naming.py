"""Naming found cells: calibrated probabilities, and a name only where they are high enough."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from model.classes import CELL_CLASSES, NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES, CellClass
from model.config import DESCRIPTOR_LENGTH
from model.decoding import NamingSettings, RawDetections
from model.inference import CellCounter
from model.inference.naming import NAME_LOGITS, CellName, CellNaming
from model.network import CellDetector
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size

RED, WHITE, PLATELET = range(3)
SETTINGS = NamingSettings(white_temperature=2.0, red_temperature=0.5, white_confidence=0.6, red_confidence=0.4)
THRESHOLDS = (0.5, 0.5, 0.5)
WHOLE, CUT = torch.tensor([False]), torch.tensor([True])
FIELD = encode_png(render_smear(SmearRecipe(Size(192, 128), 12, 1, 2, 30.0, seed=1)).image_hwc_u8)


@pytest.fixture(scope="module")
def network() -> CellDetector:
    torch.manual_seed(4)
    return CellDetector().eval()


def logits_of(**of_names: float) -> NDArray[np.float32]:
    """The logits of one cell, by name; 0 for the others."""
    names = [name.value for name in (*NAMED_WHITE_SUBTYPES, *NAMED_RED_SUBTYPES)]
    return np.array([[of_names.get(name, 0.0) for name in names]], dtype=np.float32)


def name_of(
    network: CellDetector, class_index: int, logits: NDArray[np.float32], chosen: NamingSettings | None = SETTINGS
) -> CellName:
    (name,) = CellNaming(network, chosen).names(torch.tensor([class_index]), logits, WHOLE)
    return name


def detections(cells: int, seed: int = 2) -> RawDetections:
    """Cells of every class, two thirds of them over their threshold."""
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(cells, 2, generator=generator) * 900
    sides = 30 + 60 * torch.rand(cells, 2, generator=generator)
    return RawDetections(
        torch.cat([corners, corners + sides], dim=1),
        0.25 + 0.75 * torch.rand(cells, generator=generator),
        torch.arange(cells) % 3,
        torch.randn(cells, DESCRIPTOR_LENGTH, generator=generator) * 3,
    )


def test_a_probability_is_the_softmax_of_the_logits_over_the_temperature(network: CellDetector) -> None:
    white = name_of(network, WHITE, logits_of(monocyte=6.0, burr=40.0))
    red = name_of(network, RED, logits_of(target=1.0, neutrophil=40.0))

    assert white.probability == pytest.approx(math.exp(3) / (math.exp(3) + 6), abs=1e-4)
    assert (white.subtype, white.likeliest) == ("monocyte", "monocyte")
    assert red.probability == pytest.approx(math.exp(2) / (math.exp(2) + 11), abs=1e-4)
    assert (red.subtype, red.likeliest) == ("target", "target")


def test_below_the_confidence_a_cell_keeps_its_likeliest_name_and_gets_none(network: CellDetector) -> None:
    white = name_of(network, WHITE, logits_of(basophil=2.0))
    red = name_of(network, RED, logits_of(teardrop=0.2))

    assert (white.subtype, white.likeliest) == ("unidentified", "basophil")
    assert white.probability == pytest.approx(math.e / (math.e + 6), abs=1e-4)
    assert (red.subtype, red.likeliest) == ("uncategorised", "teardrop")


def test_exactly_at_the_confidence_a_cell_is_named(network: CellDetector) -> None:
    logits = np.full((1, NAME_LOGITS), -1e6, np.float32)
    logits[0, [1, 3]] = 0.0  # two names, one half each
    at_half = replace(SETTINGS, white_confidence=0.5)

    assert name_of(network, WHITE, logits, at_half) == CellName("lymphocyte", "lymphocyte", 0.5)
    assert name_of(network, WHITE, logits, replace(SETTINGS, white_confidence=0.51)).subtype == "unidentified"


def test_platelets_have_no_name_and_without_settings_nothing_has(network: CellDetector) -> None:
    logits = logits_of(eosinophil=30.0, burr=30.0)

    assert name_of(network, PLATELET, logits) == CellName(None, None, None)
    for class_index in (RED, WHITE, PLATELET):
        assert name_of(network, class_index, logits, None) == CellName(None, None, None)
    assert (
        CellNaming(network, SETTINGS).names(torch.zeros(0).long(), np.zeros((0, NAME_LOGITS), np.float32), WHOLE[:0])
        == []
    )


def test_what_training_raised_red_logits_by_is_taken_away_and_white_ones_stay(network: CellDetector) -> None:
    raised = tuple(2.0 if name.value == "teardrop" else 0.0 for name in NAMED_RED_SUBTYPES)
    chosen = NamingSettings(1.0, 1.0, 0.0, 0.0, red_log_weights=raised)

    red = name_of(network, RED, logits_of(teardrop=3.0, normal=1.5), chosen)
    white = name_of(network, WHITE, logits_of(monocyte=3.0), chosen)

    assert red.likeliest == "normal"
    assert red.probability == pytest.approx(math.exp(1.5) / (math.exp(1.5) + math.e + 10), abs=1e-4)
    assert white.probability == pytest.approx(math.exp(3) / (math.exp(3) + 6), abs=1e-4)


def test_a_red_cell_that_the_border_cuts_is_never_categorised_and_a_white_one_may_be(network: CellDetector) -> None:
    naming = CellNaming(network, replace(SETTINGS, red_confidence=0.0))
    (red,) = naming.names(torch.tensor([RED]), logits_of(schistocyte=9.0), CUT)
    (white,) = naming.names(torch.tensor([WHITE]), logits_of(monocyte=9.0), CUT)

    assert (red.subtype, red.likeliest) == ("uncategorised", "schistocyte")
    assert red.probability is not None
    assert white.subtype == "monocyte"


@pytest.mark.parametrize("number", range(NAME_LOGITS))
def test_each_output_of_the_namer_says_the_name_at_its_place(network: CellDetector, number: int) -> None:
    naming = CellNaming(network, SETTINGS)
    namer = naming._namer
    white, is_white = namer.white[-1], number < len(NAMED_WHITE_SUBTYPES)
    last = white if is_white else namer.red[-1]
    place = number if is_white else number - len(NAMED_WHITE_SUBTYPES)
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight.zero_()
        last.bias.zero_()
        last.bias[place] = 9.0
    found = detections(1)._replace(class_indices=torch.tensor([WHITE if is_white else RED]))
    logits = naming.logits(found, THRESHOLDS, 1.0)

    assert int(logits[0].argmax()) == number
    (name,) = naming.names(found.class_indices, logits, WHOLE)
    assert name.subtype == (*NAMED_WHITE_SUBTYPES, *NAMED_RED_SUBTYPES)[number].value


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(30)))
def test_names_do_not_depend_on_the_order_of_the_cells(network: CellDetector, order: list[int]) -> None:
    naming, found = CellNaming(network, SETTINGS), detections(30)
    logits = naming.logits(found, THRESHOLDS, 0.7)
    shuffled = naming.logits(found.select(torch.tensor(order)), THRESHOLDS, 0.7)

    np.testing.assert_allclose(shuffled, logits[order], atol=1e-5)
    is_cut = torch.arange(30) % 4 == 0
    names = naming.names(found.class_indices, logits, is_cut)
    shuffled_names = naming.names(found.class_indices[order], logits[order], is_cut[order])
    assert shuffled_names == [names[place] for place in order]


@pytest.mark.parametrize("cells", [60, 9])
def test_a_field_taken_at_twice_the_scale_is_named_alike(network: CellDetector, cells: int) -> None:
    # With few red cells the network's own scale tells how wide they are.
    naming, found = CellNaming(network, SETTINGS), detections(cells)
    larger = found._replace(boxes_xyxy_px=found.boxes_xyxy_px * 2)

    once, twice = naming.logits(found, THRESHOLDS, 0.8), naming.logits(larger, THRESHOLDS, 0.4)
    np.testing.assert_allclose(twice, once, atol=1e-5)
    is_measured = np.allclose(naming.logits(larger, THRESHOLDS, 0.8), once, atol=1e-5)
    assert is_measured == (cells == 60)


def test_only_counted_red_cells_tell_how_wide_a_red_cell_is(network: CellDetector) -> None:
    naming, found = CellNaming(network, SETTINGS), detections(60)
    is_measured = (found.class_indices == RED) & (found.scores >= 0.5)
    boxes = found.boxes_xyxy_px.clone()
    boxes[~is_measured, 2:] += 300
    before = naming.logits(found, THRESHOLDS, 1.0)
    after = naming.logits(found._replace(boxes_xyxy_px=boxes), THRESHOLDS, 1.0)

    np.testing.assert_allclose(after[is_measured], before[is_measured], atol=1e-6)
    assert float(np.abs(after - before)[~is_measured].max(axis=1).min()) > 1e-3


def test_an_engine_that_changes_the_network_does_not_change_the_names() -> None:
    network = CellDetector().eval()
    naming, found = CellNaming(network, SETTINGS), detections(5)
    before = naming.logits(found, THRESHOLDS, 1.0)
    with torch.no_grad():
        for parameter in network.namer.parameters():
            parameter.zero_()

    np.testing.assert_array_equal(naming.logits(found, THRESHOLDS, 1.0), before)


def test_cells_without_descriptors_cannot_be_named(network: CellDetector) -> None:
    with pytest.raises(ValueError, match="no descriptors"):
        CellNaming(network, SETTINGS).logits(detections(3)._replace(descriptors=None), THRESHOLDS, 1.0)


def test_the_counter_names_nothing_with_weights_that_were_never_calibrated(random_counter: CellCounter) -> None:
    counted = random_counter.count_with_logits(FIELD, min_score=0.004)

    assert counted.result.unavailable == ("NRBC", "differential", "morphology")
    assert counted.name_logits.shape == (len(counted.result.cells), NAME_LOGITS)
    told = [(cell.subtype, cell.subtype_probability, cell.likeliest_subtype) for cell in counted.result.cells]
    assert set(told) == {(None, None, None)}


def test_the_counter_names_every_red_and_white_cell_counted_or_not(
    random_counter: CellCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure_of_all = NamingSettings(1.0, 1.0, 0.0, 1.0)
    monkeypatch.setattr(random_counter.naming, "settings", sure_of_all)
    counted = random_counter.count_with_logits(FIELD, min_score=0.004)
    result, logits = counted.result, counted.name_logits

    assert result.unavailable == ()
    assert {cell.cell_class for cell in result.cells} == set(CellClass)
    assert {cell.is_counted for cell in result.cells} == {True, False}
    names = random_counter.naming.names(
        torch.tensor([CELL_CLASSES.index(cell.cell_class) for cell in result.cells]), logits, WHOLE.repeat(len(logits))
    )
    for cell, name in zip(result.cells, names, strict=True):
        assert (cell.subtype, cell.likeliest_subtype, cell.subtype_probability) == name
        if cell.cell_class is CellClass.PLATELET:
            assert name == CellName()
        elif cell.cell_class is CellClass.WHITE_BLOOD_CELL:
            assert cell.subtype == cell.likeliest_subtype in NAMED_WHITE_SUBTYPES
        else:
            assert cell.subtype == "uncategorised"
            assert cell.likeliest_subtype in NAMED_RED_SUBTYPES
            assert 0 < (cell.subtype_probability or 0) < 1


def test_a_refused_image_has_no_logits(random_counter: CellCounter) -> None:
    counted = random_counter.count_with_logits(b"no image")

    assert (counted.result.status, counted.name_logits.shape) == ("refused", (0, NAME_LOGITS))
