"""A TCP connection in between that a test can cut, in the middle of an answer too."""

import contextlib
import socket
import threading

_CHUNK_BYTES = 65_536


class Wire:
    """Passes bytes to and from a server; ``url`` is the client's end."""

    def __init__(self, server: tuple[str, int]) -> None:
        """Listen on a free port of this machine."""
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = 0
        self.is_cut = False
        self.breaks_left = 0
        """So many answers are broken off in their middle."""
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection and accept no other, as a switch without power does."""
        self.is_cut = True
        for end in self._open:
            _close(end)

    def mend(self) -> None:
        """Let connections through again."""
        self.is_cut = False

    def close(self) -> None:
        """End for good."""
        self.cut()
        _close(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                if self.is_cut:
                    _close(client)
                    continue
                server = socket.create_connection(self._server)
                self._open += [client, server]
                threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                if is_answer and self.breaks_left:
                    self.breaks_left -= 1
                    target.sendall(data[: len(data) // 2])
                    break
                target.sendall(data)
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
