"""Descriptors of cells: exactly what the embedding holds in their middle and around it, and their size and shape."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES
from model.config import DESCRIPTOR_LENGTH, EMBEDDING_CHANNELS, EMBEDDING_STRIDE_PX
from model.network import CellNamer, describe_cells, describe_shapes

RING = 0.27
"""Sides of the box from the middle to the places around it; weights are trained with this value."""


def embedding(images: int = 1, height: int = 7, width: int = 9) -> Tensor:
    """Maps without any two equal neighbours."""
    return torch.rand(images, EMBEDDING_CHANNELS, height, width, generator=torch.Generator().manual_seed(images))


def box(column: float, row: float, columns_away: float = 0.0, rows_away: float = 0.0) -> list[float]:
    """A box whose middle lies on this place of the map, and whose places around it so many positions away."""
    x, y = ((place + 0.5) * EMBEDDING_STRIDE_PX for place in (column, row))
    reach_x, reach_y = (away * EMBEDDING_STRIDE_PX / RING / 2 for away in (columns_away, rows_away))
    return [x - reach_x, y - reach_y, x + reach_x, y + reach_y]


def described(maps: Tensor, *boxes: list[float], images: list[int] | None = None) -> tuple[Tensor, Tensor]:
    """What is read in the middle of each box, and around it."""
    found = describe_cells(maps, torch.tensor(boxes), None if images is None else torch.tensor(images))
    assert found.shape == (len(boxes), DESCRIPTOR_LENGTH)
    return found[:, :EMBEDDING_CHANNELS], found[:, EMBEDDING_CHANNELS:]


def test_the_middle_and_the_mean_of_the_eight_places_around_it_are_read() -> None:
    maps = embedding()
    middle, around = described(maps, box(4, 3, columns_away=1, rows_away=1))

    patch = maps[0, :, 2:5, 3:6]
    torch.testing.assert_close(middle[0], maps[0, :, 3, 4])
    torch.testing.assert_close(around[0], (patch.sum(dim=(1, 2)) - maps[0, :, 3, 4]) / 8)


def test_places_around_a_long_box_lie_further_away_along_it() -> None:
    maps = embedding()
    _, around = described(maps, box(4, 3, columns_away=3, rows_away=1))

    places = [(row, column) for row in (2, 3, 4) for column in (1, 4, 7) if (row, column) != (3, 4)]
    torch.testing.assert_close(around[0], torch.stack([maps[0, :, row, column] for row, column in places]).mean(dim=0))


def test_between_positions_their_values_are_weighed_by_nearness() -> None:
    maps = embedding()
    middle, around = described(maps, box(4.25, 3.5))

    expected = 0.375 * maps[0, :, 3, 4] + 0.125 * maps[0, :, 3, 5] + 0.375 * maps[0, :, 4, 4] + 0.125 * maps[0, :, 4, 5]
    torch.testing.assert_close(middle[0], expected)
    torch.testing.assert_close(around, middle)  # a box without a size has its places around it in the middle


@pytest.mark.parametrize(
    ("column", "row", "edge"), [(-3, 2, (2, 0)), (11, 4, (4, 8)), (5, -1, (0, 5)), (5, 9, (6, 5)), (20, 20, (6, 8))]
)
def test_beyond_the_map_its_edge_goes_on(column: float, row: float, edge: tuple[int, int]) -> None:
    maps = embedding()
    middle, _ = described(maps, box(column, row))

    torch.testing.assert_close(middle[0], maps[0, :, edge[0], edge[1]])


def test_each_cell_is_read_in_its_own_image() -> None:
    maps = embedding(images=3)
    middle, _ = described(maps, *[box(4, 3)] * 4, images=[2, 0, 1, 0])

    torch.testing.assert_close(middle, maps[[2, 0, 1, 0], :, 3, 4])


def test_without_cells_there_are_no_descriptors() -> None:
    assert describe_cells(embedding(), torch.zeros(0, 4)).shape == (0, DESCRIPTOR_LENGTH)
    assert describe_shapes(torch.zeros(0, 4), 50.0).shape == (0, 2)


def test_descriptors_teach_the_embedding_where_the_cell_lies_and_nowhere_else() -> None:
    maps = embedding().requires_grad_()
    describe_cells(maps, torch.tensor([box(4, 3, 1, 1)])).sum().backward()  # type: ignore[no-untyped-call]

    assert maps.grad is not None
    is_taught = maps.grad[0].abs().sum(dim=0) > 1e-3
    assert is_taught[2:5, 3:6].all()
    assert int(is_taught.sum()) == 9


def test_a_shape_is_the_size_in_red_cells_and_how_long_the_box_is() -> None:
    found = describe_shapes(torch.tensor([[0.0, 0.0, 50.0, 50.0], [10.0, 20.0, 110.0, 45.0]]), 50.0)

    assert found[0].tolist() == pytest.approx([0.0, 0.0])
    assert found[1].tolist() == pytest.approx([0.0, math.log(4)], abs=1e-6)
    assert describe_shapes(torch.tensor([[0.0, 0.0, 100.0, 100.0]]), 50.0)[0, 0] == pytest.approx(math.log(2))


SIDES = st.floats(4, 400, width=32)


@given(SIDES, SIDES, st.floats(0.5, 8))
def test_shapes_do_not_depend_on_scale_flips_or_quarter_turns(width: float, height: float, factor: float) -> None:
    upright = torch.tensor([[5.0, 7.0, 5 + width, 7 + height]])
    turned = torch.tensor([[0.0, 0.0, height, width]])
    expected = describe_shapes(upright, 40.0)

    torch.testing.assert_close(describe_shapes(turned, 40.0), expected, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(describe_shapes(upright * factor, 40.0 * factor), expected, atol=1e-3, rtol=1e-3)


def test_each_cell_is_measured_by_the_red_cells_of_its_own_field() -> None:
    boxes = torch.tensor([[0.0, 0.0, 50.0, 50.0], [0.0, 0.0, 50.0, 50.0]])

    assert describe_shapes(boxes, torch.tensor([50.0, 25.0]))[:, 0].tolist() == pytest.approx([0.0, math.log(2)])


def test_a_namer_has_one_output_for_each_name_and_none_for_not_knowing() -> None:
    logits = CellNamer().eval()(torch.zeros(3, DESCRIPTOR_LENGTH), torch.zeros(3, 2))

    assert logits.white.shape == (3, len(NAMED_WHITE_SUBTYPES)) == (3, 7)
    assert logits.red.shape == (3, len(NAMED_RED_SUBTYPES)) == (3, 12)
    assert "unidentified" not in NAMED_WHITE_SUBTYPES
    assert "uncategorised" not in NAMED_RED_SUBTYPES


def test_what_a_namer_says_of_a_cell_does_not_depend_on_the_others() -> None:
    torch.manual_seed(1)
    namer = CellNamer().eval()
    told, shapes = torch.randn(5, DESCRIPTOR_LENGTH), torch.randn(5, 2)

    together, alone = namer(told, shapes), namer(told[3:4], shapes[3:4])
    torch.testing.assert_close(together.white[3:4], alone.white)
    torch.testing.assert_close(together.red[3:4], alone.red)
