"""The delta check: limits are data, chance is told apart, and what cannot be judged says why."""

from pathlib import Path

import pytest

from app.schemas.delta_checks import Delta, DeltaRule, DeltaRules
from app.schemas.findings import Interval
from app.schemas.quantities import Quantity
from app.services.figures.intervals import exact_share
from app.services.quality.delta_checks import delta_check, load_delta_rules
from app.settings import InvalidSettings

RULES = DeltaRules(
    id="test",
    version="1",
    title="Test",
    rules=(
        DeltaRule(quantity="neutrophil_percent", within_days=10, absolute=25),
        DeltaRule(quantity="plt_per_1000_rbc", within_days=10, relative_percent=60),
        DeltaRule(quantity="wbc", within_days=10, relative_percent=100, absolute=20),
    ),
)


def share(seen: int, of: int, name: str = "neutrophil_percent") -> Quantity:
    found = exact_share(seen, of)
    interval = Interval(low=found.low or 0, high=found.high or 0)
    return Quantity(name=name, value=found.percent or 0, interval=interval, seen=seen, of=of)


def ratio(cells: int, red_cells: int) -> Quantity:
    return Quantity(name="plt_per_1000_rbc", value=1000 * cells / red_cells, interval=None, seen=cells, of=red_cells)


def concentration(value: float, spread: float, method: str = "counting_chamber") -> Quantity:
    interval = Interval(low=value - spread, high=value + spread)
    return Quantity(name="wbc", value=value, interval=interval, method=method)


def check(now: Quantity, before: Quantity, *, days: float = 1) -> Delta:
    [delta] = delta_check({now.name: now}, {before.name: before}, days=days, rules=RULES)
    return delta


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (share(60, 100), share(36, 100), "within"),  # 24 points
        (share(62, 100), share(36, 100), "beyond"),
        (share(6, 8), share(3, 8), "beyond_by_chance"),  # the same change, of eight cells
        (ratio(160, 2000), ratio(101, 2000), "within"),
        (ratio(165, 2000), ratio(101, 2000), "beyond"),
        (ratio(5, 100), ratio(3, 100), "beyond_by_chance"),
        (concentration(21, 1), concentration(10, 1), "beyond"),
        (concentration(21, 8), concentration(10, 8), "beyond_by_chance"),
    ],
)
def test_a_change_is_judged_by_its_rule_and_by_chance(now: Quantity, before: Quantity, verdict: str) -> None:
    assert check(now, before).verdict == verdict
    assert check(before, now).verdict in {verdict, "within", "beyond", "beyond_by_chance"}


def test_the_direction_is_told() -> None:
    assert check(share(80, 100), share(30, 100)).direction == "up"
    assert check(share(30, 100), share(80, 100)).direction == "down"


@pytest.mark.parametrize(
    ("now", "before", "days", "reason"),
    [
        (share(80, 100), share(30, 100), 10.5, "more than 10 days apart"),
        (share(80, 100, "monocyte_percent"), share(30, 100, "monocyte_percent"), 1, "no rule"),
        (share(80, 100), share(30, 100, "monocyte_percent"), 1, "not in the last result"),
        (concentration(30, 1), concentration(10, 1, "laboratory_factor"), 1, "other method"),
    ],
)
def test_what_cannot_be_judged_says_why(now: Quantity, before: Quantity, days: float, reason: str) -> None:
    delta = check(now, before, days=days)

    assert (delta.verdict, delta.reason) == ("not_judged", reason)


def test_the_shipped_rules_are_usable_and_none_is_none() -> None:
    rules = load_delta_rules("default")

    assert rules is not None
    assert rules.rule_of("plt_per_1000_rbc") is not None
    assert load_delta_rules("none") is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('id = "a"\nversion = "1"\ntitle = "A"\n[[rules]]\nquantity = "wbc"\nwithin_days = 3', "needs 'absolute'"),
        (
            'id = "a"\nversion = "1"\ntitle = "A"\n[[rules]]\nquantity = "hb"\nwithin_days = 3\nabsolute = 2',
            "'hb' is no quantity",
        ),
        ("rules = [", "no TOML"),
        ('id = "a"', "Field required"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_in_words(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InvalidSettings, match=words):
        load_delta_rules(str(path))


@pytest.mark.parametrize("name", ["strict", "/nowhere/rules.toml"])
def test_rules_that_are_not_there_are_refused(name: str) -> None:
    with pytest.raises(InvalidSettings):
        load_delta_rules(name)
