"""Images counted together are counted as one by one, nobody waits long, and one bad image spoils no other."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import torch
from torch import Tensor

from model.counting import compute_counts
from model.inference import Batching, CellCounter
from model.inference.batching import BatchingEngine
from model.network import DenseOutput
from model.rendering import encode_png, random_recipe, render_smear
from model.types import Size
from model.weights import open_release


class SumEngine:
    """Gives the sum of each image, and notes how many images came at once."""

    name = "sum"

    def __init__(self, delay_s: float = 0.0) -> None:
        self.batches: list[int] = []
        self.delay_s = delay_s

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        self.batches.append(len(images_nchw_f32))
        time.sleep(self.delay_s)
        if bool(images_nchw_f32.isnan().any()):
            raise ValueError("an image that the engine fails on")
        return DenseOutput(*([images_nchw_f32.sum(dim=(1, 2, 3), keepdim=True)] * len(DenseOutput._fields)))


def image(value: float, side: int = 32) -> Tensor:
    return torch.full((1, 3, side, side), value)


def run_together(engine: BatchingEngine, images: list[Tensor]) -> list[float | Exception]:
    """Bring every image from a thread of its own, at the same moment."""
    start = threading.Barrier(len(images))

    def bring(one: Tensor) -> float | Exception:
        with engine.caller():
            start.wait()
            try:
                return float(engine(one).heat_logits)
            except ValueError as error:
                return error

    with ThreadPoolExecutor(len(images)) as pool:
        return list(pool.map(bring, images))


def test_each_thread_gets_its_own_image_back() -> None:
    inner = SumEngine()
    images = [image(float(value)) for value in range(6)]

    found = run_together(BatchingEngine(inner, Batching(most_images=8, wait_s=5.0)), images)

    assert found == [float(one.sum()) for one in images]
    assert inner.batches == [4, 2]


def test_images_of_another_shape_are_not_run_together() -> None:
    inner = SumEngine()
    images = [image(1.0), image(2.0, side=64), image(3.0), image(4.0, side=64)]

    found = run_together(BatchingEngine(inner, Batching(most_images=8, wait_s=5.0)), images)

    assert found == [float(one.sum()) for one in images]
    assert inner.batches == [2, 2]


def test_no_batch_is_larger_than_allowed() -> None:
    inner = SumEngine()

    run_together(BatchingEngine(inner, Batching(most_images=2, wait_s=5.0)), [image(1.0) for _ in range(6)])

    assert inner.batches == [2, 2, 2]


def test_who_is_alone_does_not_wait() -> None:
    engine = BatchingEngine(SumEngine(), Batching(wait_s=30.0))
    started = time.monotonic()

    with engine.caller():
        engine(image(1.0))

    assert time.monotonic() - started < 10


def test_nobody_waits_longer_than_told_for_one_who_never_comes() -> None:
    engine = BatchingEngine(SumEngine(), Batching(wait_s=0.05))
    started = time.monotonic()

    with ExitStack() as callers:
        callers.enter_context(engine.caller())
        callers.enter_context(engine.caller())
        engine(image(1.0))

    assert 0.05 <= time.monotonic() - started < 10


def test_images_that_come_while_the_engine_runs_are_the_next_batch() -> None:
    inner = SumEngine(delay_s=0.3)
    engine = BatchingEngine(inner, Batching(wait_s=0.0))

    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(engine, image(1.0))
        while not inner.batches:
            time.sleep(0.001)
        others = [pool.submit(engine, image(2.0)) for _ in range(4)]
        sums = [float(future.result().heat_logits) for future in (first, *others)]

    assert sums == [3072.0] + [6144.0] * 4
    assert inner.batches == [1, 4]


def test_an_image_that_fails_spoils_no_other() -> None:
    images = [image(1.0), image(float("nan")), image(3.0), image(4.0)]

    found = run_together(BatchingEngine(SumEngine(), Batching(wait_s=5.0)), images)

    assert isinstance(found[1], ValueError)
    assert [found[0], *found[2:]] == [3072.0, 9216.0, 12288.0]


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device on this machine"))])  # fmt: skip
@pytest.mark.parametrize("engine", ["torch", "cuda-bf16"])
def test_counts_are_those_of_one_by_one(device: str, engine: str) -> None:
    """Rounding may differ with the size of the batch, so a cell within it of its threshold may go either way."""
    if device == "cpu" and engine != "torch":
        pytest.skip("this engine needs a card")
    most = 0.001 if engine == "torch" else 0.02
    fields = [
        encode_png(render_smear(random_recipe(number, Size(320, 256), 50.0)).image_hwc_u8) for number in (1, 2, 3)
    ] * 2
    one_by_one = CellCounter(open_release(None), device=device, engine=engine)
    together = CellCounter(open_release(None), device=device, engine=engine, batching=Batching(wait_s=0.05))

    expected = [one_by_one.count(field, min_score=0.1) for field in fields]
    with ThreadPoolExecutor(len(fields)) as pool:
        found = list(pool.map(lambda field: together.count(field, min_score=0.1), fields))

    thresholds = dict(zip(("RBC", "WBC", "PLT"), one_by_one.settings.thresholds, strict=True))
    for left, right in zip(expected, found, strict=True):
        undecided = sum(abs(cell.score - thresholds[cell.cell_class.value]) <= most for cell in left.cells)
        pairs = zip(compute_counts(left.cells).values(), compute_counts(right.cells).values(), strict=True)
        assert sum(abs(one - other) for one, other in pairs) <= undecided
        assert sum(cell.is_counted for cell in left.cells) > 0
