"""Weights for commands that count, made once: the real network, which has learnt nothing."""

import pytest

from tests.random_release import random_release
from tests.torch_state import torch_as_before

__all__ = ["random_release", "torch_as_before"]


@pytest.fixture(autouse=True)
def _engine_that_starts_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands count with PyTorch, which is ready sooner than OpenVINO; that both agree is tested elsewhere."""
    monkeypatch.setenv("BLOODCOUNT_ENGINE", "torch")
