"""A decoder process: reads one image file after another until the server goes away.

It knows no setting, no database and no network; a file comes in as a descriptor that can only be read, and pixels go
out through memory that both sides see. Whatever a damaged or hostile file does to the decoders, it does it here.
"""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from io import BufferedReader
from mmap import mmap
from typing import Any

import numpy as np

from app.services.images.decoding.confinement import BoundedLimits, bound_memory, bound_processor_time, confine
from app.services.images.decoding.messages import ConversationEnded, receive_message, send_message
from model.preprocessing import ImageLimits, ImageRefused, decode_image, describe_image, inspect_image

Operation = Callable[[BufferedReader, ImageLimits, list[int]], dict[str, Any]]

_FILES_A_QUESTION = 2


def inspect(file: BufferedReader, limits: ImageLimits, _: list[int]) -> dict[str, Any]:
    """Format and upright size of the image, read to its end.

    Raises:
        ImageRefused: It is no image that can be counted.
    """
    found = inspect_image(file, limits)
    return {"format": found.format, "size": [found.size.width, found.size.height]}


def describe(file: BufferedReader, limits: ImageLimits, _: list[int]) -> dict[str, Any]:
    """Format, stored size and orientation, told by the header alone.

    Raises:
        ImageRefused: It is no image that can be counted.
    """
    found = describe_image(file, limits)
    return {"format": found.format, "size": [found.size.width, found.size.height], "orientation": found.orientation}


def decode(file: BufferedReader, limits: ImageLimits, shared: list[int]) -> dict[str, Any]:
    """The upright pixels, written into the memory that the server has lent.

    Raises:
        ImageRefused: It is no image that can be counted.
    """
    image = decode_image(file.read(), limits)
    shape = image.image_hwc_u8.shape
    with mmap(shared[0], image.image_hwc_u8.size) as memory:
        lent = np.frombuffer(memory, dtype=np.uint8).reshape(shape)
        np.copyto(lent, image.image_hwc_u8)
        del lent  # or the memory cannot be given back
    warnings = [[notice.code, notice.message] for notice in image.warnings]
    return {"format": image.format, "size": [image.size.width, image.size.height], "warnings": warnings}


OPERATIONS: dict[str, Operation] = {"inspect": inspect, "describe": describe, "decode": decode}


def serve(channel: socket.socket) -> None:
    """Answer questions until nobody asks any more."""
    confine()
    send_message(channel, {"ready": True})
    with suppress(ConversationEnded, ConnectionError):
        while True:
            question, files = receive_message(channel, most_files=_FILES_A_QUESTION)
            send_message(channel, _answer(question, files))


def _answer(question: dict[str, Any], files: list[int]) -> dict[str, Any]:
    bound_processor_time(question["seconds"])
    with ExitStack() as open_files:
        for descriptor in files:
            open_files.callback(os.close, descriptor)
        try:
            with os.fdopen(files[0], "rb", closefd=False) as file:
                file.seek(0)  # where a process that read it before has left it
                bound_memory(2 * os.fstat(files[0]).st_size)
                return OPERATIONS[question["do"]](file, BoundedLimits(**question["limits"]), files[1:])
        except ImageRefused as refusal:
            return {"refused": [refusal.code, refusal.message]}
        except MemoryError:
            return {"failed": "memory"}
        except Exception as error:  # noqa: BLE001 - what a file makes the decoders raise is that file's own affair
            return {"failed": type(error).__name__}


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
