"""What training changes in torch for the whole process, put back for the tests that follow."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(scope="module")
def torch_as_before() -> Iterator[None]:
    """Threads and the treatment of tiny numbers as they were; a training run sets both."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)
