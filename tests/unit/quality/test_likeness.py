import dataclasses

import numpy as np
import pytest

from model.quality import FieldMeasures, LikenessSettings, evidence_of, fit_likeness
from tests.unit.quality.rendered_patches import field, measures_of

RANDOM = np.random.default_rng(2)


def some(middle: float, spread: float, number: int = 60) -> np.ndarray:
    return RANDOM.normal(middle, spread, (number, 6))


def told(settings: LikenessSettings, evidence: np.ndarray) -> list[bool]:
    weights = list(dataclasses.asdict(settings).values())
    likeness = 1 / (1 + np.exp(-(evidence @ weights[:6] + weights[6])))
    return [bool(value >= settings.least) for value in likeness]


def test_what_lies_apart_is_told_apart_with_room_on_both_sides() -> None:
    settings = fit_likeness(some(2, 0.2), some(0, 0.2))

    assert told(settings, some(2, 0.25)) == [True] * 60
    assert told(settings, some(0, 0.25)) == [False] * 60
    assert told(settings, some(1.8, 0.05)) == [True] * 60


def test_a_few_that_lie_among_the_others_do_not_move_the_limit_far() -> None:
    settings = fit_likeness(np.concatenate([some(2, 0.2), some(0, 0.1, 1)]), some(0, 0.2))

    assert sum(told(settings, some(2, 0.2))) >= 58
    assert sum(told(settings, some(0, 0.2))) <= 2


def test_both_kinds_count_the_same_however_many_there_are() -> None:
    settings = fit_likeness(some(1, 0.5, 300), some(0, 0.5, 10))

    assert np.mean(told(settings, some(0, 0.5, 200))) < 0.25


def test_light_does_not_make_a_smear_another_picture() -> None:
    smear = field()
    darker = np.asarray(smear.image_hwc_u8 * 0.6, dtype=np.uint8)

    one, other = (evidence_of(measures_of(smear, image), 1.0) for image in (smear.image_hwc_u8, darker))

    assert other == pytest.approx(one, abs=0.12)


def test_a_picture_without_cells_has_no_evidence_for_it() -> None:
    nothing = evidence_of(FieldMeasures(cluttered_share=0.0, red_cells_per_100=0.0), 1.0)

    assert nothing.tolist() == [1.0, *[0.0] * 5]
    assert (evidence_of(measures_of(field()), 1.0)[1:3] > nothing[1:3]).all()


@pytest.mark.parametrize(("name", "value"), [("least", 0.0), ("least", 1.0), ("bias", float("nan"))])
def test_settings_that_decide_nothing_are_refused(name: str, value: float) -> None:
    settings = LikenessSettings(-1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 0.0, 0.5)

    with pytest.raises(ValueError, match=name):
        dataclasses.replace(settings, **{name: value})
