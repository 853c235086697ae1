"""The figures of a card, computed on the processor where no card is."""

import time

import torch

from model.evaluation.card_speed import decoding_rate, field_operations, matrix_rate, seconds_a_call
from model.network import CellDetector
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size

CPU = torch.device("cpu")


def test_a_field_costs_about_what_resnet_50_and_the_heads_cost() -> None:
    # ResNet-50 without its classifier: 4.09 G multiplications at 224 x 224, so 6.7 G at 256 x 320.
    assert 2 * 6.6e9 < field_operations(CellDetector()) < 2 * 12e9


def test_the_median_of_repeated_calls_is_measured() -> None:
    assert 0.01 <= seconds_a_call(lambda: time.sleep(0.01), CPU, repeats=5) < 0.5


def test_the_rates_are_positive() -> None:
    png = encode_png(render_smear(random_recipe(1, Size(128, 96), 40.0)).image_hwc_u8)

    assert matrix_rate(CPU, side=64) > 0
    assert decoding_rate([png], threads=2) > 0
