"""Training leaves torch set up as it needs it; these tests put that back."""

from tests.random_release import random_release
from tests.torch_state import torch_as_before

__all__ = ["random_release", "torch_as_before"]
