import dataclasses

import numpy as np

from model.data.packed import PackedField
from model.data.splits import Split
from model.evaluation.gate_card import gate_tables
from model.evaluation.gate_learning import learn_gate, left_out
from model.evaluation.gate_observing import Change, Observation, judging_fields, learning_fields
from model.quality import FEATURES, Familiarity, FieldMeasures, evidence_of, judge_field

PLACES = {"first": 0.5, "second": 0.7, "third": 0.9}


def seen(name: str, source: str, seed: int, change: Change = Change.NONE) -> Observation:
    random = np.random.default_rng(seed)
    middle, is_smear = PLACES.get(source, 3.0), bool(source)
    measures = FieldMeasures(
        edge_width_px=random.uniform(3, 6),
        background_brightness=random.uniform(0.6, 0.9),
        background_red_to_green=random.uniform(0.9, 1.1),
        background_blue_to_green=random.uniform(0.8, 1.0),
        clipped_share=0.0,
        cell_contrast=random.uniform(0.2, 0.4) if is_smear else None,
        cell_redness=random.uniform(1.05, 1.3) if is_smear else None,
        cluttered_share=random.uniform(0, 0.3) if is_smear else random.uniform(0.3, 0.9),
        covered_share=random.uniform(0.3, 0.8) if is_smear else 0.01,
        overlapping_share=random.uniform(0, 0.5) if is_smear else None,
        red_cells_per_100=random.uniform(20, 90) if is_smear else random.uniform(0, 2),
        red_cell_score=random.uniform(0.8, 0.9) if is_smear else None,
    )
    return Observation(name, source, change, random.normal(middle, 0.1, FEATURES).astype(np.float32), measures)


FIELDS = [seen(f"{source} {number}", source, number) for source in PLACES for number in range(20)]
OTHERS = [seen(f"picture {number}", "", 1000 + number) for number in range(30)]
GATE = learn_gate(FIELDS, OTHERS)


def outcome(observation: Observation) -> tuple[bool, list[str]]:
    distance = Familiarity.unpacked(GATE.familiarity).distance(observation.features)
    likeness = GATE.likeness.likeness(observation.measures, distance)
    verdict = judge_field(observation.measures, distance, likeness, GATE)
    return verdict.refusal is not None, [warning.code for warning in verdict.warnings]


def test_fields_and_pictures_that_it_did_not_learn_from_are_told_apart() -> None:
    fields = [seen("new", source, 500 + number) for source in PLACES for number in range(20)]
    others = [seen("new", "", 2000 + number) for number in range(30)]

    assert [outcome(field)[0] for field in fields] == [False] * 60
    assert [outcome(other)[0] for other in others] == [True] * 30
    assert sum(bool(outcome(field)[1]) for field in fields) <= 6


def test_each_limit_lies_just_beyond_what_fields_show() -> None:
    edges = [field.measures.edge_width_px or 0.0 for field in FIELDS]

    assert max(edges) * 0.98 < GATE.most_edge_width_px < max(edges) * 1.06
    assert GATE.most_clipped_share == 0.02
    assert GATE.learnt_from == {"first": 20, "second": 20, "third": 20, "no smears": 30}


def test_faulty_and_drawn_fields_are_smears_but_set_no_limit_of_a_warning() -> None:
    dark = [
        dataclasses.replace(
            field, change=change, measures=dataclasses.replace(field.measures, background_brightness=0.1)
        )
        for field in FIELDS[::5]
        for change in (Change.FAULTED, Change.DRAWN)
    ]

    gate = learn_gate([*FIELDS, *dark], OTHERS)

    assert gate.least_background_brightness == GATE.least_background_brightness
    assert [field for field in dark if gate.likeness.likeness(field.measures, 1.2) < gate.likeness.least] == []


def test_a_source_left_out_is_farther_than_one_that_is_known() -> None:
    known = Familiarity.unpacked(GATE.familiarity)

    distances = left_out(FIELDS)

    assert (distances > 1.3 * np.array([known.distance(field.features) for field in FIELDS])).all()
    assert distances.min() > GATE.most_distance
    assert evidence_of(FIELDS[0].measures, float(distances[0]))[0] == distances[0]


def test_no_field_that_judges_is_learnt_from() -> None:
    splits = {"tune": 4, "train": 9, "validation": 6, "held_out": 3}
    fields = [
        PackedField(
            f"{source} {split} {number}",
            source,
            "",
            Split(split),
            "",
            "",
            1,
            1,
            1.0,
            (),
            (),
            (),
            is_border_complete=True,
        )
        for source in ("one", "two")
        for split, count in splits.items()
        for number in range(count)
    ]

    learn, judge = learning_fields(fields, 8), judging_fields(fields, None)

    assert [field.split.value for field in learn if field.source == "one"] == ["tune"] * 4 + ["train"] * 4
    assert {field.split.value for field in judge} == {"validation", "held_out"}
    assert len(judge) == 18
    assert len(judging_fields(fields, 2)) == 4


def test_the_card_shows_every_limit_and_what_was_judged() -> None:
    figures = {
        "smears": {"fields": 9, "refused": 1, "by_source": {"first": {"fields": 9, "refused": 1, "too_thin": 2}}},
        "not_smears": {"pictures": 70, "refused": 69},
        "faults": [
            {
                "fault": "blur",
                "wanted": "out_of_focus",
                "fields": 9,
                "refused": 0,
                "told": 8,
                "warnings": {"out_of_focus": 8, "colour_cast": 1},
            }
        ],
    }

    text = "\n".join(gate_tables(dataclasses.replace(GATE, figures=figures)))

    assert f"{GATE.likeness.least:.3f}" in text
    assert f"{GATE.most_edge_width_px:.1f} px" in text
    assert "| first | 9 | 1 | 0 | 0 | 0 | 0 | 0 | 2 | 0 |" in text
    assert "| no smears | 70 | 69 |" in text
    assert "| blur | 9 | out_of_focus | 8 | 0 | colour_cast 1 |" in text
    assert gate_tables(None) == []
