"""Grading schemes: those that are shipped, those of a laboratory, and what is never graded."""

from pathlib import Path

import pytest

from app.schemas.findings import Share
from app.schemas.grading import GRADED_TYPES, GradingScheme
from app.services.figures.grading import graded_share, load_grading_scheme, shipped_schemes
from app.services.figures.intervals import share_interval
from app.settings import InvalidSettings
from model.classes import RedCellSubtype

OWN = """
id = "own"
version = "3"
title = "Our own"
source = "SOP 12"
unit = "percent_of_red_cells"

[[scales]]
types = ["target"]
least_red_cells = 200
least_reason = "so says SOP 12"
grades = [{ label = "+", at_least = 2 }, { label = "++", above = 8 }]
"""


def own_scheme(tmp_path: Path, text: str = OWN) -> GradingScheme | None:
    """The scheme of a file with this text."""
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_grading_scheme(str(path))


def test_many_uncategorised_cells_leave_no_type_graded() -> None:
    scheme = load_grading_scheme("jslh-sc")
    few, many = (
        graded_share(scheme, RedCellSubtype.TARGET, share_of(100, 900), categorised=900, uncategorised=beside)
        for beside in (100, 101)
    )

    assert few.grade == "2+"
    assert many.grade is None
    assert many.no_grade is not None
    assert many.no_grade.code == "too_many_uncategorised"
    assert "at least 90% of the red cells are categorised, and 89.9% are" in many.no_grade.message


def share_of(seen: int, examined: int) -> Share:
    interval = share_interval(seen, examined)
    return Share(n=seen, percent=100 * seen / examined, low=interval.low, high=interval.high)


def grade(scheme: GradingScheme | None, subtype: str, seen: int, examined: int) -> tuple[str | None, str | None]:
    """The grade and the code of the reason against one."""
    graded = graded_share(scheme, RedCellSubtype(subtype), share_of(seen, examined), categorised=examined)
    return graded.grade, graded.no_grade.code if graded.no_grade else None


@pytest.mark.parametrize("name", shipped_schemes())
def test_a_shipped_scheme_is_what_its_name_says_and_names_its_source(name: str) -> None:
    scheme = load_grading_scheme(name)

    assert scheme is not None
    assert scheme.id == name
    assert scheme.version
    assert len(scheme.source) > 20
    schistocytes = scheme.scale_of(RedCellSubtype.SCHISTOCYTE)
    assert schistocytes is not None
    assert schistocytes.least_red_cells == 1000, "ICSH 2012: at least 1000 red cells"


def test_several_schemes_are_shipped() -> None:
    assert set(shipped_schemes()) == {"jslh-sc", "labce"}


@pytest.mark.parametrize(
    ("scheme", "subtype", "permille", "expected"),
    [
        ("jslh-sc", "target", 29, None),
        ("jslh-sc", "target", 30, "1+"),
        ("jslh-sc", "target", 99, "1+"),
        ("jslh-sc", "target", 100, "2+"),
        ("jslh-sc", "target", 200, "3+"),
        ("jslh-sc", "schistocyte", 9, None),
        ("jslh-sc", "schistocyte", 10, "1+"),
        ("jslh-sc", "schistocyte", 30, "2+"),
        ("jslh-sc", "schistocyte", 100, "3+"),
        ("jslh-sc", "teardrop", 30, "2+"),
        ("jslh-sc", "spherocyte", 10, "1+"),
        ("labce", "schistocyte", 0, None),
        ("labce", "schistocyte", 10, "few"),
        ("labce", "schistocyte", 11, "moderate"),
        ("labce", "schistocyte", 25, "moderate"),
        ("labce", "schistocyte", 26, "many"),
        ("labce", "burr", 49, None),
        ("labce", "burr", 50, "few"),
        ("labce", "burr", 250, "moderate"),
        ("labce", "burr", 500, "moderate"),
        ("labce", "burr", 501, "many"),
    ],
)
def test_the_published_limits(scheme: str, subtype: str, permille: int, expected: str | None) -> None:
    found, reason = grade(load_grading_scheme(scheme), subtype, permille, 1000)

    assert found == expected
    assert reason == (None if expected else "below_lowest_grade")


@pytest.mark.parametrize(("subtype", "least"), [("target", 200), ("spherocyte", 500), ("schistocyte", 1000)])
def test_too_few_red_cells_are_never_graded_and_the_least_number_is_told(subtype: str, least: int) -> None:
    scheme = load_grading_scheme("jslh-sc")
    too_few = graded_share(scheme, RedCellSubtype(subtype), share_of(least // 2, least - 1), categorised=least - 1)

    assert grade(scheme, subtype, least // 2, least) == ("3+", None)
    assert too_few.grade is None
    assert too_few.no_grade is not None
    assert too_few.no_grade.code == "too_few_red_cells"
    assert f"Graded from {least:,} red cells on, and {least - 1:,} were categorised" in too_few.no_grade.message


def test_without_a_red_cell_there_is_nothing_to_grade() -> None:
    nothing = Share(n=0, percent=None, low=None, high=None)

    graded = graded_share(load_grading_scheme("labce"), RedCellSubtype.TARGET, nothing, categorised=0)

    assert (graded.grade, graded.no_grade.code if graded.no_grade else None) == (None, "no_red_cells")


@pytest.mark.parametrize("subtype", ["hypochromia", "normal"])
def test_a_type_that_the_scheme_does_not_grade_has_no_grade(subtype: str) -> None:
    assert grade(load_grading_scheme("jslh-sc"), subtype, 900, 1000) == (None, "not_in_scheme")


def test_a_laboratory_may_want_no_grades() -> None:
    assert load_grading_scheme("none") is None
    assert grade(None, "target", 900, 1000) == (None, "no_scheme")


def test_a_laboratory_brings_a_scheme_of_its_own(tmp_path: Path) -> None:
    scheme = own_scheme(tmp_path)

    assert scheme is not None
    assert (scheme.id, scheme.version) == ("own", "3")
    assert [grade(scheme, "target", permille, 1000)[0] for permille in (19, 20, 80, 81)] == [None, "+", "+", "++"]
    assert grade(scheme, "burr", 900, 1000) == (None, "not_in_scheme")


def test_limits_per_field_are_not_taken_for_percent(tmp_path: Path) -> None:
    scheme = own_scheme(tmp_path, OWN.replace("percent_of_red_cells", "per_field"))

    assert grade(scheme, "target", 900, 1000) == (None, "scheme_counts_per_field")


UNUSABLE = {
    "no toml": ("id = ", "it is no TOML"),
    "no source": (OWN.replace('source = "SOP 12"', ""), "source: Field required"),
    "a misspelt name": (OWN.replace("least_reason", "least_raeson"), "least_reason: Field required"),
    "an unknown unit": (OWN.replace("percent_of_red_cells", "percent"), "unit: Input should be"),
    "an unknown type": (OWN.replace('"target"', '"codocyte"'), "types.0: Input should be 'normal'"),
    "normal cells": (OWN.replace('"target"', '"normal"'), "normal cannot be graded; types are macrocyte"),
    "falling limits": (OWN.replace("above = 8", "above = 1"), r"\[2.0, 1.0\] do not rise"),
    "equal labels": (OWN.replace('"++"', '"+"'), "two grades have the same label"),
    "two limits": (OWN.replace("above = 8", "above = 8, at_least = 8"), "grade '\\+\\+' needs exactly one limit"),
    "no limit": (OWN.replace(", above = 8", ""), "grade '\\+\\+' needs exactly one limit"),
    "beyond all cells": (OWN.replace("above = 8", "above = 108"), "less than or equal to 100"),
    "a type twice": (OWN + OWN[OWN.index("[[scales]]") :], "target stands in more than one scale"),
    "too few cells": (OWN.replace("200", "182"), "among fewer than 183 red cells not even none seen excludes"),
}


@pytest.mark.parametrize(("text", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_scheme_is_refused_with_the_place_and_the_reason(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidSettings, match=rf"own\.toml' cannot be used: .*{words}"):
        own_scheme(tmp_path, text)


def test_a_scheme_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(InvalidSettings, match="no grading scheme 'icsh'; use jslh-sc, labce, none, or the path"):
        load_grading_scheme("icsh")
    with pytest.raises(InvalidSettings, match=r"'nowhere\.toml' cannot be used: No such file"):
        load_grading_scheme("nowhere.toml")


def test_the_least_number_of_cells_is_where_none_seen_excludes_the_lowest_grade() -> None:
    for name in shipped_schemes():
        scheme = load_grading_scheme(name)
        assert scheme is not None
        for scale in scheme.scales:
            lowest = scale.grades[0].begins_at
            if lowest > 0:
                assert share_interval(0, scale.fewest_that_tell).high <= lowest
                assert share_interval(0, scale.fewest_that_tell - 1).high > lowest
                assert scale.least_red_cells >= scale.fewest_that_tell


def test_every_type_but_the_normal_and_the_uncategorised_can_be_graded() -> None:
    assert set(RedCellSubtype) - set(GRADED_TYPES) == {RedCellSubtype.NORMAL, RedCellSubtype.UNCATEGORISED}
