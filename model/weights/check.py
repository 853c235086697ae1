"""``python -m model.weights.check FILE``: check a release in this process, which is given little memory and time.

Prints one JSON object: ``{"name", "version", "sha256"}`` of a sound release, or ``{"code", "message"}`` of a refused
one. Whoever starts it takes every other ending for a refusal.
"""

import json
import resource
import sys
from pathlib import Path

from model.weights.checking import check_release
from model.weights.errors import WeightsRefused

MOST_MEMORY_BYTES = 3_000_000_000
"""Of its own, beside what the libraries map: the file twice, the network, and PyTorch's own."""

MOST_CPU_S = 120


def main(path: Path) -> None:
    """Check one file and print what it is."""
    _limit_this_process()
    try:
        manifest = check_release(path)
    except WeightsRefused as refusal:
        answer = {"code": refusal.code, "message": refusal.message}
    except MemoryError:
        answer = {"code": "check_memory", "message": "Checking the file needs more memory than a release may."}
    else:
        answer = {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256}
    sys.stdout.write(json.dumps(answer))


def _limit_this_process() -> None:
    for limit, most in (
        (resource.RLIMIT_DATA, MOST_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MOST_CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        highest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (highest, highest))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
