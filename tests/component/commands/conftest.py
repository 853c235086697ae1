"""Weights for commands that count, made once: the real network, which has learnt nothing."""

from tests.random_release import random_release
from tests.torch_state import torch_as_before

__all__ = ["random_release", "torch_as_before"]
