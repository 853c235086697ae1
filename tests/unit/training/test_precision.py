"""The number format is what is quickest on the machine, by measurement."""

import pytest
import torch

from model.training import precision


@pytest.mark.parametrize(("half_s", "wanted"), [(0.5, torch.bfloat16), (0.9, torch.float32), (10.0, torch.float32)])
def test_sixteen_bits_are_taken_only_where_they_are_clearly_quicker(
    half_s: float, wanted: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = {torch.float32: 1.0, torch.bfloat16: half_s}
    monkeypatch.setattr(precision, "_seconds", lambda _layer, _images, dtype: seconds[dtype])

    assert precision.fastest_dtype(torch.device("cpu")) is wanted


def test_this_machine_gets_an_answer() -> None:
    assert precision.fastest_dtype(torch.device("cpu")) in {torch.float32, torch.bfloat16}
