"""What the server and its decoder processes say to each other: JSON with its length, and open files beside it."""

import json
import socket
import struct
from typing import Any

_LENGTH = struct.Struct(">I")
_LONGEST_BYTES = 1_000_000


class ConversationEnded(Exception):
    """The other side is gone, or says what nobody says."""


def send_message(channel: socket.socket, message: dict[str, Any], files: tuple[int, ...] = ()) -> None:
    """Send a message and, with it, open files by their descriptors.

    Raises:
        OSError: The other side is gone.
    """
    body = json.dumps(message).encode()
    packed = _LENGTH.pack(len(body)) + body
    sent = socket.send_fds(channel, [packed], list(files)) if files else 0
    channel.sendall(packed[sent:])


def receive_message(channel: socket.socket, *, most_files: int = 0) -> tuple[dict[str, Any], list[int]]:
    """The next message, and the descriptors of the files that came with it.

    Raises:
        ConversationEnded: The other side is gone, or the message is none.
        TimeoutError: It did not come within the channel's time.
        OSError: The channel is broken.
    """
    if most_files:
        start, files, _, _ = socket.recv_fds(channel, _LENGTH.size, most_files)
    else:
        start, files = channel.recv(_LENGTH.size), []
    (length,) = _LENGTH.unpack(start + _read(channel, _LENGTH.size - len(start)))
    if length > _LONGEST_BYTES:
        raise ConversationEnded
    try:
        message: dict[str, Any] = json.loads(_read(channel, length))
    except ValueError as error:
        raise ConversationEnded from error
    return message, files


def _read(channel: socket.socket, length: int) -> bytes:
    pieces = b""
    while len(pieces) < length:
        piece = channel.recv(length - len(pieces))
        if not piece:
            raise ConversationEnded
        pieces += piece
    return pieces
