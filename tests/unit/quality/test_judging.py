import dataclasses

import pytest

from model.evaluation.gate_faults import blurred, exposed, tinted
from model.quality import FieldMeasures, judge_field
from tests.unit.quality.rendered_patches import field, measures_of, some_limits

SURE = 0.99
NEAR = 1.0


def codes(measures: FieldMeasures, distance: float = NEAR) -> list[str]:
    verdict = judge_field(measures, distance, SURE, some_limits())
    assert verdict.refusal is None
    return [warning.code for warning in verdict.warnings]


def test_nothing_is_said_of_a_good_field() -> None:
    assert codes(measures_of(field())) == []


def test_each_fault_is_told_by_its_own_warning() -> None:
    image = field().image_hwc_u8
    faults = {
        "out_of_focus": blurred(image, 5),
        "underexposed": exposed(image, 0.2),
        "overexposed": exposed(image, 2.2),
        "colour_cast": tinted(image, 0.4, 1.0, 1.0),
    }

    assert {fault: codes(measures_of(field(), changed)) for fault, changed in faults.items()} == {
        fault: [fault] for fault in faults
    }


def test_crowded_and_empty_areas_are_told() -> None:
    assert codes(measures_of(field(135, 1.0))) == ["too_thick"]
    assert codes(measures_of(field(2))) == ["too_thin"]


def test_a_smear_far_from_those_learnt_from_is_counted_with_a_warning() -> None:
    verdict = judge_field(measures_of(field()), 1.51, SURE, some_limits())

    assert verdict.refusal is None
    assert verdict.is_unfamiliar
    assert "nucleated red cells are counted as white cells" in verdict.warnings[0].message
    assert not judge_field(measures_of(field()), 1.49, SURE, some_limits()).is_unfamiliar


def test_what_is_unlike_a_smear_is_refused_and_told_by_what() -> None:
    measures = dataclasses.replace(measures_of(field()), red_cells_per_100=0.3, cluttered_share=0.9)

    verdict = judge_field(measures, 6.0, 0.49, some_limits())

    assert verdict.refusal is not None
    assert verdict.refusal.code == "not_a_smear"
    assert verdict.warnings == ()
    for words in ("0.490", "0.500", "0.3 red cells", "90% of the area", "6.0 from", "photograph it"):
        assert words in verdict.refusal.message
    assert judge_field(measures, 6.0, 0.5, some_limits()).refusal is None


def test_a_refused_picture_is_told_what_a_better_photograph_could_mend_and_nothing_of_its_cells() -> None:
    measures = dataclasses.replace(measures_of(field()), background_brightness=0.2, covered_share=0.9)

    verdict = judge_field(measures, 9.0, 0.49, some_limits())

    assert verdict.refusal is not None
    assert [warning.code for warning in verdict.warnings] == ["underexposed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"edge_width_px": 10.0}, ("20.0%", "14.0%", "focus")),
        ({"edge_width_px": None, "edge_share": 0.04}, ("4%", "focus", "background")),
        ({"background_brightness": 0.3}, ("30.0%", "50.0%", "more light")),
        ({"clipped_share": 0.4}, ("40.0%", "2.0%", "less light")),
        ({"background_red_to_green": 1.5}, ("1.50 times as much red", "0.80 to 1.20", "white balance")),
        ({"background_blue_to_green": 0.5}, ("0.50 times as much blue", "0.80 to 1.20", "white balance")),
        ({"covered_share": 0.8}, ("80.0%", "60.0%", "thinner area")),
        ({"overlapping_share": 0.7}, ("70.0%", "60.0%", "thinner area")),
        ({"red_cells_per_100": 1.0}, ("1.0", "5.0", "nearly touch")),
    ],
)
def test_a_warning_names_the_value_the_limit_and_the_next_step(
    change: dict[str, float | None], words: tuple[str, ...]
) -> None:
    verdict = judge_field(dataclasses.replace(measures_of(field()), **change), NEAR, SURE, some_limits())

    assert len(verdict.warnings) == 1
    assert [word for word in words if word not in verdict.warnings[0].message] == []


def test_a_value_just_beyond_its_limit_does_not_read_like_the_limit() -> None:
    measures = dataclasses.replace(measures_of(field()), clipped_share=0.023)

    [warning] = judge_field(measures, NEAR, SURE, some_limits()).warnings

    assert "2.3% of its background" in warning.message
    assert "at most 2.0% is usual" in warning.message


def test_what_is_undefined_is_not_warned_of() -> None:
    assert codes(FieldMeasures()) == []
