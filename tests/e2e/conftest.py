"""A server with the shipped weights, a slow one with a stand-in, and a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from model.rendering import SmearRecipe, encode_png, render_smear
from tests.e2e.review_fixtures import review_folder, review_server, review_smears
from tests.e2e.serving import LABORATORY_HOST, TEST_SESSION, Server, running_server
from tests.signing_in import SESSION_COOKIE

__all__ = ["review_folder", "review_server", "review_smears"]

_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    f"--host-resolver-rules=MAP {LABORATORY_HOST} 127.0.0.1",
]
_SLOW_S = 2.0

NewPage = Callable[..., Page]
"""Opens a page in a browser window of its own, signed in unless told ``is_signed_in=False``; takes Playwright's options
of a context."""

SIGNED_IN = {
    "cookies": [
        {
            "name": SESSION_COOKIE,
            "value": TEST_SESSION,
            "domain": host,
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Lax",
        }
        for host in ("127.0.0.1", LABORATORY_HOST)
    ],
    "origins": [],
}
"""Playwright's state of a browser window that is signed in, for windows that ``new_page`` does not open."""


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application as ``bloodcount serve`` starts it, with the weights that are shipped."""
    command = ["-c", "from app.cli import main; main()", "serve", "--port", "0"]
    with running_server(command, tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="package")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application with a stand-in that needs more than a second for an image."""
    with running_server(["-m", "tests.e2e.stand_in_server", str(_SLOW_S)], tmp_path_factory.mktemp("slow")) as started:
        yield started


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Headless Chromium."""
    expect.set_options(timeout=60_000)  # these tests share the machine with others
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=_CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages; the test fails if one of them reports an error that is no answer of the server."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            problems.append(message.text)

    def open_page(*, is_signed_in: bool = True, **options: object) -> Page:
        state = SIGNED_IN if is_signed_in else None
        context = browser.new_context(storage_state=state, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(60_000)
        context.on("console", note)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def smears(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three drawn smears as PNG files."""
    folder = tmp_path_factory.mktemp("smears")
    paths = []
    for seed in (11, 12, 13):
        path = folder / f"smear-{seed}.png"
        path.write_bytes(encode_png(render_smear(SmearRecipe(seed=seed)).image_hwc_u8))
        paths.append(path)
    return paths
