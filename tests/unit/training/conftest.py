"""Training leaves torch set up as it needs it; these tests put that back."""

from tests.torch_state import torch_as_before

__all__ = ["torch_as_before"]
