import dataclasses

import numpy as np
import pytest

from model.quality import FEATURES, Familiarity, FamiliaritySettings
from tests.unit.quality.rendered_patches import some_familiarity

RANDOM = np.random.default_rng(5)


def like(middle: float, spread: float = 0.1) -> np.ndarray:
    return RANDOM.normal(middle, spread, FEATURES).astype(np.float32)


def test_a_field_like_those_of_any_source_is_near_and_one_between_or_beyond_is_far() -> None:
    known = some_familiarity()

    assert known.distance(like(0.5)) == pytest.approx(1, abs=0.3)
    assert known.distance(like(0.9)) == pytest.approx(1, abs=0.3)
    assert known.distance(like(0.7)) > 1.7
    assert known.distance(like(2.0)) > 5


def test_a_channel_that_hardly_varied_does_not_make_every_field_strange() -> None:
    features = RANDOM.normal(1, 0.1, (40, FEATURES)).astype(np.float32)
    features[:, 0] = 1.0
    strange = features[0].copy()
    strange[0] = 1.02

    known = Familiarity.fitted(features, ["one"] * 40)

    assert known.distance(strange) < 1.2 * known.distance(features[0])


def test_the_manifest_carries_it_in_less_than_40_kilobytes() -> None:
    known = some_familiarity()
    packed = known.packed()

    assert len(packed.numbers) < 40_000
    for middle in (0.5, 0.7, 1.3):
        field = like(middle)
        assert Familiarity.unpacked(packed).distance(field) == pytest.approx(known.distance(field), rel=0.01)


@pytest.mark.parametrize(
    "change", [{"axes": 3}, {"axes": 0}, {"sources": ("one",)}, {"sources": ()}, {"numbers": "x!"}]
)
def test_numbers_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    packed = some_familiarity().packed()

    with pytest.raises(ValueError, match="familiarity"):
        dataclasses.replace(packed, **change)  # type: ignore[arg-type] # one of three kinds of value


def test_numbers_that_are_not_finite_are_refused() -> None:
    known = dataclasses.replace(some_familiarity(), rest_variance=float("nan"))

    with pytest.raises(ValueError, match="not finite"):
        known.packed()


def test_it_is_read_as_it_is_written() -> None:
    packed = some_familiarity().packed()

    assert FamiliaritySettings.of({**dataclasses.asdict(packed), "sources": list(packed.sources)}) == packed
