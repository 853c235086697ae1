"""OpenVINO at work: nothing is reported to its makers, and the number of threads is the configured one."""

import subprocess
import sys

import pytest
import torch
from torch import nn

from model.inference.engines.openvino_engine import compile_module


@pytest.mark.slow
def test_nothing_is_reported_over_the_internet() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*arguments): raise SystemExit('a connection was tried')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import torch\n"
        "from model.inference.engines.openvino_engine import compile_module\n"
        "compile_module(torch.nn.Conv2d(3, 4, 3), torch.zeros(1, 3, 8, 8), 1)\n"
        "assert 'openvino' in sys.modules\n"
        "assert not [name for name in sys.modules if name.startswith('openvino_telemetry.')]\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)

    assert (run.returncode, run.stderr) == (0, "")


def test_a_compiled_module_takes_every_size_and_many_images() -> None:
    module = nn.Conv2d(3, 4, 3, padding=1).eval()
    run = compile_module(module, torch.zeros(1, 3, 8, 8), threads=1)

    for shape in [(1, 3, 32, 64), (4, 3, 8, 8), (1, 3, 96, 32)]:
        images = torch.rand(shape)
        (found,) = run(images.numpy())
        assert torch.allclose(torch.from_numpy(found), module(images), atol=1e-5)
