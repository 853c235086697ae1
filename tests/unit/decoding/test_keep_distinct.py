"""Second boxes on one cell go; neighbours stay."""

import pytest
import torch

from model.decoding import DecodingSettings, RawDetections, keep_distinct

SETTINGS = DecodingSettings(thresholds=(0.3, 0.3, 0.3), same_class_iou=0.6, any_class_iou=0.75)


def detections(*rows: tuple[int, float, tuple[float, float, float, float]]) -> RawDetections:
    """Class index, score and box of each."""
    return RawDetections(
        torch.tensor([box for _, _, box in rows], dtype=torch.float32).reshape(-1, 4),
        torch.tensor([score for _, score, _ in rows]),
        torch.tensor([index for index, _, _ in rows], dtype=torch.int64),
    )


def kept(*rows: tuple[int, float, tuple[float, float, float, float]]) -> list[tuple[int, float]]:
    found = keep_distinct(detections(*rows), SETTINGS)
    scores = (round(score, 3) for score in found.scores.tolist())
    return list(zip(found.class_indices.tolist(), scores, strict=True))


def test_of_two_boxes_on_one_cell_the_better_stays() -> None:
    # 10 x 10 boxes shifted by 2 px share 80 of 120 px: IoU 0.67.
    assert kept((0, 0.5, (0, 0, 10, 10)), (0, 0.8, (2, 0, 12, 10))) == [(0, 0.8)]


def test_neighbours_of_one_class_that_overlap_less_both_stay() -> None:
    # Shifted by 4 px they share 60 of 140 px: IoU 0.43.
    assert kept((0, 0.5, (0, 0, 10, 10)), (0, 0.8, (4, 0, 14, 10))) == [(0, 0.8), (0, 0.5)]


def test_two_classes_may_overlap_more_than_one_class_may() -> None:
    # IoU 0.67 lies between the two limits: a platelet that covers most of a small red cell.
    assert kept((0, 0.5, (0, 0, 10, 10)), (2, 0.8, (2, 0, 12, 10))) == [(2, 0.8), (0, 0.5)]


def test_one_cell_is_never_two_classes() -> None:
    # Shifted by 1 px they share 90 of 110 px: IoU 0.82.
    assert kept((0, 0.5, (0, 0, 10, 10)), (1, 0.8, (1, 0, 11, 10))) == [(1, 0.8)]


def test_a_small_cell_inside_a_large_one_stays() -> None:
    assert kept((0, 0.9, (0, 0, 50, 50)), (2, 0.4, (20, 20, 32, 32))) == [(0, 0.9), (2, 0.4)]


def test_a_box_that_was_removed_removes_nothing_itself() -> None:
    # The second is hidden by the first; the third overlaps only the second too much.
    assert kept((0, 0.9, (0, 0, 10, 10)), (0, 0.8, (2, 0, 12, 10)), (0, 0.7, (4, 0, 14, 10))) == [(0, 0.9), (0, 0.7)]


def test_cells_come_out_with_the_highest_score_first() -> None:
    rows = [(0, score, (100.0 * place, 0.0, 100.0 * place + 10, 10.0)) for place, score in enumerate((0.4, 0.9, 0.6))]

    assert [score for _, score in kept(*rows)] == [0.9, 0.6, 0.4]


def test_descriptors_stay_with_their_cells() -> None:
    rows = [(0, 0.5, (0.0, 0.0, 10.0, 10.0)), (0, 0.8, (2.0, 0.0, 12.0, 10.0)), (1, 0.9, (50.0, 0.0, 60.0, 10.0))]
    found = detections(*rows)._replace(descriptors=torch.tensor([[1.0, 1.5], [2.0, 2.5], [3.0, 3.5]]))

    distinct = keep_distinct(found, SETTINGS)
    assert distinct.scores.tolist() == pytest.approx([0.9, 0.8])
    assert distinct.descriptors is not None
    assert distinct.descriptors.tolist() == [[3.0, 3.5], [2.0, 2.5]]
    both = RawDetections.together([distinct, found.select(torch.tensor([0]))])
    assert both.descriptors is not None
    assert both.descriptors[:, 0].tolist() == [3.0, 2.0, 1.0]
    assert RawDetections.together([detections(*rows), detections(*rows)]).descriptors is None


def test_no_detections_stay_no_detections() -> None:
    empty = RawDetections(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.int64))

    assert [tuple(part.shape) for part in keep_distinct(empty, SETTINGS)[:3]] == [(0, 4), (0,), (0,)]


@pytest.mark.parametrize("cells", [500, 6_000])
def test_no_cell_is_lost_in_a_crowd(cells: int) -> None:
    # torchvision suppresses in two ways, depending on how many boxes there are.
    columns = torch.arange(cells) % 100
    corners = torch.stack([columns * 12.0, torch.arange(cells) // 100 * 12.0], dim=1)
    crowd = RawDetections(
        torch.cat([corners, corners + 10.0], dim=1), torch.linspace(0.3, 0.9, cells), torch.arange(cells) % 3
    )

    assert len(keep_distinct(crowd, SETTINGS).scores) == cells


def test_cells_cut_by_opposite_corners_do_not_meet() -> None:
    # Boxes may reach beyond the image; torchvision keeps classes apart by shifting their boxes.
    cut = kept((0, 0.9, (950, 950, 1000, 1000)), (1, 0.8, (-50, -50, 5, 5)))

    assert cut == [(0, 0.9), (1, 0.8)]
