"""No cell both chooses the calibration and judges it."""

from model.data.splits import Split
from model.evaluation.naming.parts import calibrates, calibrating_fields, held_out_fields, thinned_by_source
from tests.unit.evaluation.naming.hand_made_cells import WHITE, field, point

NAMED = (point(50, 50, WHITE, "basophil"),)


def test_about_a_third_of_the_held_out_originals_calibrates() -> None:
    chosen = [calibrates(field(original=str(number), points=NAMED)) for number in range(900)]

    assert 270 < sum(chosen) < 330


def test_fields_of_one_original_go_the_same_way() -> None:
    assert {calibrates(field(original="same", source=source)) for source in ("pbc-acevedo", "chula-rbc-12")} in (
        {True},
        {False},
    )


def test_the_tuning_split_calibrates_and_no_other_with_boxes_does() -> None:
    assert {split for split in Split if split is not Split.HELD_OUT and calibrates(field(split=split))} == {Split.TUNE}


def test_only_fields_with_names_calibrate_and_none_of_a_group_left_out() -> None:
    named = field(split=Split.TUNE, source="txl-pbc-pbc", points=NAMED)
    other = field(split=Split.TUNE, source="deep-bio-net", points=NAMED)
    unnamed = field(split=Split.TUNE, points=(point(50, 50, WHITE, None),))

    assert calibrating_fields([named, other, unnamed]) == [named, other]
    assert calibrating_fields([named, other, unnamed], ["pbc"]) == [other]


def test_every_held_out_field_with_a_name_judges() -> None:
    fields = [field(split=split, points=NAMED) for split in Split]

    assert [one.split for one in held_out_fields(fields)] == [Split.HELD_OUT]
    assert held_out_fields([field()]) == []


def test_fields_are_thinned_source_by_source() -> None:
    fields = [
        field(source=source, original=str(number)) for source in ("pbc-acevedo", "chula-rbc-12") for number in range(6)
    ]
    taken = thinned_by_source(fields, 2)

    assert [(one.source, one.original) for one in taken] == [
        ("pbc-acevedo", "0"),
        ("pbc-acevedo", "3"),
        ("chula-rbc-12", "0"),
        ("chula-rbc-12", "3"),
    ]
    assert thinned_by_source(fields, None) == fields
