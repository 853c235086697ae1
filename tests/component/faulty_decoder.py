"""A decoder process that misbehaves in earnest: what a file says in its first line, it does to the process."""

import os
import socket
import sys
import time
from io import BufferedReader
from typing import Any

from app.services.images.decoding import child
from model.preprocessing import ImageLimits


def misbehave(file: BufferedReader, limits: ImageLimits, shared: list[int]) -> dict[str, Any]:
    """Do what the file says."""
    order = file.readline().strip().decode(errors="replace")
    if order == "crash":
        os.abort()
    if order == "hang":
        time.sleep(600)
    if order == "spin":
        while True:
            pass
    if order == "swallow":
        return {"pixels": len(bytearray(4_000_000_000))}
    if order == "raise":
        raise RuntimeError("a decoder's own mistake")
    if order == "babble":
        os.write(int(sys.argv[1]), b"\xff\xff\xff\xff nonsense")
        time.sleep(600)
    if order == "write":
        with open(os.devnull + "-here", "wb") as target:  # noqa: PTH123 - as a library would
            target.write(b"x")
    file.seek(0)
    return child.inspect(file, limits, shared)


if __name__ == "__main__":
    child.OPERATIONS["inspect"] = misbehave
    child.serve(socket.socket(fileno=int(sys.argv[1])))
