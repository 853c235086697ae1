"""The whole application with a slow stand-in for the network, so that tests can watch images wait.

``python -m tests.e2e.stand_in_server SECONDS`` counts each image in so many seconds.
"""

import socket
import sys

import uvicorn

from app.main import create_app
from app.settings import get_settings
from app.web.example_smear import example_png
from model.rendering import example_recipe, render_smear
from tests.web.counters import KnowingCounter


def serve(delay_s: float, *, port: int = 0) -> None:
    """Serve on this machine, on a free port unless one is given, and say where."""
    counter = KnowingCounter({example_png(): render_smear(example_recipe())}, delay_s)
    app = create_app(get_settings(), counter_factory=lambda _: counter)
    with socket.create_server(("127.0.0.1", port)) as listener:
        # Requests that come before the application has started wait in the socket.
        sys.stderr.write(f"ready: http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stderr.flush()
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(float(sys.argv[1]))
