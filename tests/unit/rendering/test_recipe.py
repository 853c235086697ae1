"""Recipes that cannot be drawn are refused in words."""

from typing import Any

import pytest

from model.classes import RedCellSubtype, WhiteCellSubtype
from model.rendering import Camera, SmearRecipe, Stain, random_recipe
from model.types import Size


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"size": Size(10, 480)}, "image's side is 10"),
        ({"size": Size(640, 90_000)}, "image's side is 90000"),
        ({"red_cells": -1}, "red_cells is -1"),
        ({"white_cells": 1.5}, "white_cells is 1.5"),
        ({"platelets": -3}, "platelets is -3"),
        ({"seed": -1}, "seed is -1"),
        ({"debris": -1}, "debris is -1"),
        ({"red_cell_diameter_px": 0.0}, "red_cell_diameter_px is 0.0"),
        ({"red_cell_diameter_px": float("nan")}, "red_cell_diameter_px is nan"),
        ({"size": Size(640, 60)}, "red_cell_diameter_px is 80.0; choose a number from 8.0 to 60"),
        ({"central_pallor": 1.5}, "central_pallor is 1.5"),
        ({"clumping": -0.1}, "clumping is -0.1"),
        ({"edge_halo": 2.0}, "edge_halo is 2.0"),
        ({"red_cells": 5000}, "ask for fewer or smaller cells"),
        ({"white_cell_subtypes": (WhiteCellSubtype.NEUTROPHIL,) * 2}, "2 white-cell sub-types are named for 1"),
        ({"white_cell_subtypes": (WhiteCellSubtype.ERYTHROBLAST,)}, "erythroblast cannot be drawn"),
        ({"red_cell_shares": ((RedCellSubtype.TARGET, 1.2),)}, "share of target is 1.2"),
        (
            {"red_cell_shares": ((RedCellSubtype.TARGET, 0.7), (RedCellSubtype.BURR, 0.7))},
            "sum of red_cell_shares is 1.4",
        ),
    ],
)
def test_an_impossible_recipe_is_refused_in_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SmearRecipe(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"blur_px": -1.0}, {"noise": 500.0}, {"vignetting": 0.9}, {"texture": -0.1}, {"jpeg_quality": 5}]
)
def test_an_impossible_camera_is_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is "):
        Camera(**wrong)


def test_a_colour_without_light_is_refused() -> None:
    with pytest.raises(ValueError, match="nucleus_rgb is"):
        Stain(nucleus_rgb=(0.0, 10.0, 10.0))


def test_random_recipes_differ_by_seed_and_repeat_for_one() -> None:
    recipes = [random_recipe(seed, Size(320, 240), 50.0) for seed in range(20)]
    assert len({recipe.stain for recipe in recipes}) == 20
    assert random_recipe(4, Size(320, 240), 50.0) == recipes[4]


@pytest.mark.parametrize("diameter_px", [12.0, 50.0, 130.0, 300.0])
def test_random_recipes_are_possible_at_every_scale(diameter_px: float) -> None:
    for seed in range(30):
        recipe = random_recipe(seed, Size(300, 300), diameter_px)
        assert recipe.red_cell_diameter_px == diameter_px


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed is -1"):
        random_recipe(-1, Size(320, 240), 50.0)
