"""The counter's keys: the presets are usable as they are, and a person's own map is checked."""

import pytest

from app.errors import InvalidInput
from app.schemas.manual_differentials import ManualCellType
from app.services.reviews.counter_keys import KEY_PRESETS, KeyPreset, checked_keys, checked_target


@pytest.mark.parametrize("preset", KEY_PRESETS, ids=lambda preset: preset.id)
def test_a_preset_gives_every_type_a_key_of_its_own(preset: KeyPreset) -> None:
    assert set(preset.keys) == set(ManualCellType)
    assert checked_keys(preset.keys) == dict(preset.keys)


def test_keys_are_the_same_in_capitals_and_may_be_left_out() -> None:
    typed = {ManualCellType.BAND: " M ", ManualCellType.BLAST: ""}

    assert checked_keys(typed) == {ManualCellType.BAND: "m"}


@pytest.mark.parametrize("key", ["ab", "\t\x00", "\N{ZERO WIDTH SPACE}"])
def test_what_is_no_key_is_refused_by_its_field(key: str) -> None:
    with pytest.raises(InvalidInput, match="no single key") as refusal:
        checked_keys({ManualCellType.BAND: key})

    assert refusal.value.field == "key_band_neutrophil"


def test_two_types_cannot_have_one_key() -> None:
    with pytest.raises(InvalidInput, match="has two types"):
        checked_keys({ManualCellType.BAND: "m", ManualCellType.BLAST: "M"})


@pytest.mark.parametrize("text", ["0", "1001", "-5", "1e3", "", "٣٣٣٣٣٣"])
def test_a_target_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="from 1 to 1000"):
        checked_target(text)
