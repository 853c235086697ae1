"""Procedural blood-smear fields whose cells are known exactly: for training, tests and the worked example.

Uses numpy and Pillow only; never imports torch.
"""

from model.rendering.camera import Camera
from model.rendering.encode import encode_png
from model.rendering.examples import example_recipe, random_recipe
from model.rendering.field import ReferenceCell, RenderedSmear, render_smear
from model.rendering.recipe import SmearRecipe
from model.rendering.stain import STAINS, Stain

__all__ = [
    "STAINS",
    "Camera",
    "ReferenceCell",
    "RenderedSmear",
    "SmearRecipe",
    "Stain",
    "encode_png",
    "example_recipe",
    "random_recipe",
    "render_smear",
]
