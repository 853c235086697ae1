"""The worst fields: what counts as wrong, how it is drawn, and the page that shows it."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.evaluation.gallery import write_gallery
from model.evaluation.outcome import ClassTally, judge_field, worst_fields
from model.evaluation.pictures import draw_field
from tests.unit.evaluation.hand_made_fields import Prediction, Reference, counted_field, field, square

THRESHOLDS = (0.5, 0.5, 0.5)
RED, WHITE = 0, 1
REFERENCES: list[Reference] = [(RED, square(0)), (RED, square(1)), (WHITE, square(2))]
PREDICTIONS: list[Prediction] = [
    (RED, square(0), 0.9),
    (RED, square(1), 0.4),
    (RED, square(2), 0.8),
    (RED, square(5), 0.45),
]


def test_a_cell_is_found_missed_or_extra_at_its_working_threshold() -> None:
    outcome = judge_field(field(REFERENCES, PREDICTIONS), THRESHOLDS)

    assert outcome.is_missed.tolist() == [False, True, True]
    assert outcome.is_extra.tolist() == [False, False, True, False]
    assert outcome.tally(RED) == ClassTally(reference=2, counted=2, missed=1, extra=1)
    assert outcome.tally(WHITE) == ClassTally(reference=1, counted=0, missed=1, extra=0)
    assert (outcome.errors(), outcome.errors(RED), outcome.errors(WHITE)) == (3, 2, 1)


def test_the_worst_come_first_and_faultless_fields_never() -> None:
    fields = [counted_field(4, 4), counted_field(4, 2), counted_field(4, 7), counted_field(4, 3, class_index=WHITE)]

    assert [outcome.errors() for outcome in worst_fields(fields, THRESHOLDS, 9)] == [3, 2, 1]
    assert [outcome.errors(WHITE) for outcome in worst_fields(fields, THRESHOLDS, 9, WHITE)] == [1]
    assert len(worst_fields(fields, THRESHOLDS, 2)) == 2


def test_what_is_right_and_what_is_wrong_is_drawn_in_different_ways() -> None:
    places: list[tuple[float, float, float, float]] = [(20.0 + 80 * n, 20.0, 70.0 + 80 * n, 70.0) for n in range(3)]
    outcome = judge_field(
        field([(RED, places[0]), (RED, places[1])], [(RED, places[0], 0.9), (RED, places[2], 0.9)]), THRESHOLDS
    )
    drawn = np.asarray(draw_field(Image.new("RGB", (300, 100), (255, 255, 255)), outcome))
    factor = 3

    def colours(place: tuple[float, float, float, float]) -> set[tuple[int, ...]]:
        """Along the left side of a box, under its name."""
        x, top, bottom = (round(value * factor) for value in (place[0], place[1] + 20, place[3] - 20))
        return {tuple(pixel) for pixel in drawn[top:bottom, x].tolist()}

    found, missed, extra = (colours(place) for place in places)
    assert drawn.shape[1] == 300 * factor
    assert drawn.shape[0] > 100 * factor  # the legend stands under the field
    assert missed == {(200, 0, 40)}
    assert extra == {(190, 0, 190), (255, 255, 255)}  # dashed
    assert found == {(0, 120, 60), (20, 60, 200)}  # the dashed box lies on the solid one


def test_a_field_without_any_box_is_drawn() -> None:
    drawn = draw_field(Image.new("RGB", (4000, 100)), judge_field(field([], []), THRESHOLDS))

    assert drawn.width == 1280


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    bad = field(REFERENCES, PREDICTIONS, key="<b>one & two</b>")
    good = counted_field(2, 2)
    path = tmp_path / "field.png"
    Image.new("RGB", (4000, 100)).save(path)
    return write_gallery(tmp_path / "worst", [bad, good], THRESHOLDS, {bad.key: path, good.key: path}, 5)


def test_the_page_shows_each_wrong_field_once_with_its_numbers(gallery: Path) -> None:
    page = gallery.read_text(encoding="utf-8")
    pictures = sorted(path.name for path in gallery.parent.glob("*.png"))

    assert pictures == ["01-one-b-one-two-b-.png"]
    assert page.count("<img ") == 1
    assert f'src="{pictures[0]}"' in page
    assert page.count("<td>2</td><td>2</td><td>1</td><td>1</td><td>1</td><td>0</td><td>1</td><td>0</td>") == 3
    assert "No field with an error." in page  # platelets
    with Image.open(gallery.parent / pictures[0]) as opened:
        assert opened.width == 1280


def test_the_page_is_escaped_and_needs_no_network(gallery: Path) -> None:
    page = gallery.read_text(encoding="utf-8")

    assert "one/&lt;b&gt;one &amp; two&lt;/b&gt;" in page
    assert "<b>" not in page
    assert re.search(r"https?:|<script|@import|url\(", page) is None


def test_a_missing_image_is_an_error(tmp_path: Path) -> None:
    bad = field(REFERENCES, [])

    with pytest.raises(FileNotFoundError):
        write_gallery(tmp_path, [bad], THRESHOLDS, {bad.key: tmp_path / "gone.png"}, 1)
