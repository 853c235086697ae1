"""The losses: low where the answer is right, silent where nothing may be taught."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from model.config import EMBEDDING_CHANNELS
from model.data.fields import LabelMode
from model.network import CellNamer, DenseOutput
from model.training.losses import (
    box_losses,
    boxes_of_distances,
    compute_losses,
    density_loss,
    heat_loss,
    overlap_of_pairs,
)
from model.training.target_batch import TargetBatch
from model.training.targets import make_targets
from tests.unit.training.crop_of_cells import crop_of

CROP_PX = 64
FULL = (LabelMode.FULL,) * 3
_NO_EMBEDDING = torch.zeros(1, EMBEDDING_CHANNELS, CROP_PX // 8, CROP_PX // 8)
NAMER = CellNamer().eval()
CELLS = [(0, (8.0, 10.0, 40.0, 42.0)), (1, (30.0, 30.0, 60.0, 62.0)), (2, (44.0, 8.0, 54.0, 18.0))]


def batch(cells: Sequence[tuple[int, tuple[float, ...]]], modes: tuple[LabelMode, ...] = FULL) -> TargetBatch:
    boxes = np.array([box for _, box in cells], dtype=np.float32).reshape(-1, 4)
    classes = np.array([index for index, _ in cells], dtype=np.int64)
    made = make_targets(crop_of(boxes, classes, CROP_PX), modes)
    return TargetBatch(*(torch.from_numpy(part)[None] for part in made))


def perfect(targets: TargetBatch) -> DenseOutput:
    """The output that says exactly what the targets ask for."""
    heat = torch.where(targets.heat == 1, 12.0, -12.0)
    _, _, height, width = targets.boxes_xyxy_px.shape
    zero = boxes_of_distances(torch.zeros(1, 4, height, width))
    signs = torch.tensor([1.0, 1.0, -1.0, -1.0]).view(1, 4, 1, 1)
    quality = torch.full((1, 1, height, width), 12.0)
    densities = targets.counts / targets.count_exposure
    return DenseOutput(heat, (zero - targets.boxes_xyxy_px) * signs, quality, densities, _NO_EMBEDDING)


def untaught() -> DenseOutput:
    """An output that says nothing in particular."""
    heat, distances, quality = torch.zeros(1, 3, 16, 16), torch.full((1, 4, 16, 16), 9.0), torch.zeros(1, 1, 16, 16)
    return DenseOutput(heat, distances, quality, torch.ones(1, 3), torch.zeros_like(_NO_EMBEDDING))


def test_distances_become_boxes_around_their_positions() -> None:
    distances = torch.zeros(1, 4, 3, 5)
    distances[0, :, 1, 2] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    boxes = boxes_of_distances(distances)

    assert boxes.shape == (1, 4, 3, 5)
    assert boxes[0, :, 1, 2].tolist() == [9.0, 4.0, 13.0, 10.0]  # the position's centre is x 10, y 6
    assert boxes[0, :, 0, 0].tolist() == [2.0, 2.0, 2.0, 2.0]


def test_the_right_answer_costs_next_to_nothing_and_a_wrong_one_does_not() -> None:
    targets = batch(CELLS)
    right, wrong = (compute_losses(output, targets, NAMER) for output in (perfect(targets), untaught()))

    assert float(right.heat) < 1e-3
    assert float(right.box) < 1e-3
    assert float(right.quality) < 1e-3
    assert float(wrong.heat) > 1.0
    assert float(wrong.box) > 0.3
    assert float(wrong.quality) > 0.5
    assert float(right.density) < float(wrong.density)


def box_loss(output: DenseOutput, targets: TargetBatch) -> float:
    return float(box_losses(output, targets)[0])


def test_boxes_that_miss_their_cell_cost_more_than_boxes_that_touch_it() -> None:
    targets = batch(CELLS[:1])
    exact = perfect(targets)
    near = exact._replace(distances_px=exact.distances_px + 2)
    far = exact._replace(distances_px=exact.distances_px * 0.1)

    assert box_loss(exact, targets) < box_loss(near, targets) < box_loss(far, targets)


def test_a_crop_without_cells_has_a_finite_loss_and_teaches_background_only() -> None:
    targets = batch([])
    output = DenseOutput(*(part.requires_grad_() for part in untaught()))
    losses = compute_losses(output, targets, NAMER)
    (losses.heat + losses.box).backward()  # type: ignore[no-untyped-call]

    assert bool(torch.isfinite(losses.heat))
    assert float(losses.box.detach()) == 0.0
    assert output.heat_logits.grad is not None
    assert bool((output.heat_logits.grad > 0).all())  # every step lowers the scores
    assert output.distances_px.grad is not None
    assert float(output.distances_px.grad.abs().max()) == 0.0


def gradient(logits: Tensor, targets: TargetBatch) -> Tensor:
    logits = logits.clone().requires_grad_()
    heat_loss(logits, targets.heat, targets.heat_weight).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    return logits.grad


def test_ignored_positions_teach_nothing() -> None:
    targets = batch(CELLS, (LabelMode.POSITIVES, LabelMode.FULL, LabelMode.NONE))
    found = gradient(torch.zeros(1, 3, 16, 16), targets)

    is_ignored = targets.heat_weight == 0
    assert 0 < int(is_ignored.sum()) < is_ignored.numel()
    assert float(found[is_ignored].abs().max()) == 0.0
    assert float(found[~is_ignored].abs().min()) > 0.0


def test_positions_without_a_box_get_no_box_gradient() -> None:
    targets = batch(CELLS)
    output = untaught()
    distances = output.distances_px.clone().requires_grad_()
    box_losses(output._replace(distances_px=distances), targets)[0].backward()  # type: ignore[no-untyped-call]

    assert distances.grad is not None
    is_taught = (targets.box_weight > 0).expand(4, -1, -1)
    assert float(distances.grad[0][~is_taught].abs().max()) == 0.0
    assert float(distances.grad[0][is_taught].abs().max()) > 0.0


def test_near_misses_of_a_centre_cost_less_than_errors_on_background() -> None:
    targets = batch(CELLS[:1])
    row, column = (targets.heat[0, 0] == 1).nonzero()[0].tolist()
    found = gradient(torch.zeros(1, 3, 16, 16), targets)[0, 0]

    assert float(found[row, column]) < 0  # the centre's score must rise
    assert 0 < float(found[row, column + 1]) < float(found[15, 15])


def test_the_loss_is_an_average_over_cells_and_not_over_positions() -> None:
    targets = batch(CELLS)
    twice = TargetBatch(*(torch.cat([part, part]) for part in targets))
    output = untaught()
    doubled = DenseOutput(*(torch.cat([part, part]) for part in output))

    more, one = compute_losses(doubled, twice, NAMER), compute_losses(output, targets, NAMER)
    assert float(more.heat) == pytest.approx(float(one.heat))
    assert float(more.box) == pytest.approx(float(one.box))


@pytest.mark.parametrize("logit", [-80.0, 80.0])
def test_confident_answers_keep_the_loss_finite(logit: float) -> None:
    targets = batch(CELLS)
    logits = torch.full((1, 3, 16, 16), logit)

    assert bool(torch.isfinite(heat_loss(logits, targets.heat, targets.heat_weight)))
    assert bool(torch.isfinite(gradient(logits, targets)).all())


def test_the_expected_overlap_learns_the_overlap_that_the_box_has() -> None:
    targets = batch(CELLS[:1])
    half = perfect(targets)._replace(distances_px=perfect(targets).distances_px * 0.5)  # a quarter of the area
    losses = [
        float(box_losses(half._replace(quality_logits=torch.full((1, 1, 16, 16), logit)), targets)[1])
        for logit in (-6.0, -1.1, 6.0)
    ]

    assert losses[1] < losses[0]
    assert losses[1] < losses[2]


def test_overlaps_of_pairs_are_intersection_over_union() -> None:
    boxes = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 0, 0]])
    others = torch.tensor([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6], [0, 0, 0, 0]])

    assert overlap_of_pairs(boxes, others).tolist() == pytest.approx([1.0, 1 / 3, 0.0, 0.0])


def test_counts_that_are_not_known_teach_the_count_head_nothing() -> None:
    densities = torch.ones(2, 3, requires_grad=True)
    counts, exposure = torch.full((2, 3), 4.0), torch.tensor([[10.0, 0.0, 10.0], [0.0, 0.0, 10.0]])
    density_loss(densities, counts, exposure).backward()  # type: ignore[no-untyped-call]

    assert densities.grad is not None
    assert (densities.grad != 0).tolist() == (exposure > 0).tolist()
    assert float(density_loss(densities, counts, torch.zeros(2, 3)).detach()) == 0.0


def test_the_count_head_does_best_at_the_true_density() -> None:
    counts, exposure = torch.tensor([[20.0, 2.0, 1.0]]), torch.full((1, 3), 10.0)
    right = counts / exposure

    for factor in (0.7, 1.4):
        assert float(density_loss(right, counts, exposure)) < float(density_loss(right * factor, counts, exposure))
