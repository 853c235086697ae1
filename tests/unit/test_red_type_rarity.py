"""How much rare types of red cell weigh, and what that adds to their logits."""

import numpy as np
import pytest

from model.classes import NAMED_RED_SUBTYPES, RedCellSubtype
from model.red_type_rarity import RED_CELLS_OF_TYPE, red_type_log_weights, red_type_weights


def test_rare_types_of_red_cells_weigh_more_and_the_average_cell_one() -> None:
    weights = dict(zip(NAMED_RED_SUBTYPES, red_type_weights(), strict=True))
    cells = RED_CELLS_OF_TYPE

    assert set(cells) == set(NAMED_RED_SUBTYPES)
    assert sum(weights[name] * cells[name] for name in cells) / sum(cells.values()) == pytest.approx(1.0)
    assert sorted(cells, key=lambda name: -cells[name]) == sorted(weights, key=lambda name: weights[name])
    assert 2 < weights[RedCellSubtype.TEARDROP] / weights[RedCellSubtype.NORMAL] < 6


def test_taking_the_log_weights_away_gives_back_how_common_types_are() -> None:
    common = np.array([RED_CELLS_OF_TYPE[name] for name in NAMED_RED_SUBTYPES], dtype=np.float64)
    weighted = common * red_type_weights()  # what a network that sees nothing learns under the weighted loss
    logits = np.log(weighted / weighted.sum())

    given_back = np.exp(logits - np.array(red_type_log_weights()))

    np.testing.assert_allclose(given_back / given_back.sum(), common / common.sum(), rtol=1e-9)
