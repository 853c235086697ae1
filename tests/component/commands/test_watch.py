"""``bloodcount watch``: what appears in a folder is sent once, whatever is killed or away."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.commands.watch_folder import Watcher
from app.commands.watch_server import BatchServer
from app.commands.watch_state import FoundFile, SentFiles, state_file
from app.errors import CommandFailed
from app.schemas.batches import GroupingRule
from tests.e2e.serving import ROOT, TEST_COOKIE, Server, new_token, running_server
from tests.sample_images import image_bytes

STAND_IN = ["-m", "tests.e2e.stand_in_server", "0.01"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(STAND_IN, tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    return new_token(server.data_dir)


@pytest.fixture(autouse=True)
def token_is_set(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The microscope's computer knows the token of the server."""
    monkeypatch.setenv("BLOODCOUNT_API_TOKEN", token)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a microscope's computer with one sample, named for this test alone."""
    folder = tmp_path / "camera"
    put(folder, f"{tmp_path.name}/field-1.png", 1)
    return folder


def put(folder: Path, path: str, seed: int) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(image_bytes(seed, side_px=100))


def command(folder: Path, url: str, *options: str) -> list[str]:
    state = folder.parent / "state.db"
    return ["watch", str(folder), "--server", url, "--settle", "0.3", "--state", str(state), *options]


def process(arguments: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    with log.open("ab") as stream:
        return subprocess.Popen(
            program, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, stdout=stream, stderr=stream
        )


def ask(server: Server, path: str) -> Any:  # noqa: ANN401
    request = urllib.request.Request(f"{server.url}/api/v1{path}", headers={"Cookie": TEST_COOKIE})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - this test's own server
        return json.load(answer)


def images_of(server: Server, accession_number: str) -> list[str]:
    """The file names of a sample's images; it may not be there yet."""
    found = [
        sample
        for sample in ask(server, f"/samples?query={accession_number}")["items"]
        if sample["accession_number"] == accession_number
    ]
    if not found:
        return []
    return [image["file_name"] for image in ask(server, f"/samples/{found[0]['id']}")["images"]]


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_what_is_there_is_sent_once_and_left_as_it_was(
    server: Server, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, f"{tmp_path.name}/field-2.png", 2)
    (folder / "lone.png").write_bytes(image_bytes(3))
    (folder / tmp_path.name / "bad.jpg").write_bytes(b"no image")
    (folder / tmp_path.name / "notes.txt").write_bytes(b"notes")
    before = snapshot(folder)

    first = run(command(folder, server.url, "--once"))
    said = capsys.readouterr().out
    second = run(command(folder, server.url, "--once"))

    assert (first, second) == (0, 0)
    assert images_of(server, tmp_path.name) == ["field-1.png", "field-2.png"]
    assert snapshot(folder) == before
    assert "not sent: lone.png" in said
    assert "bad.jpg: The file is not an image" in said
    assert "2 sent, 1 not taken in" in said
    assert "batch" not in capsys.readouterr().out.replace("Watching", "")


def test_files_are_grouped_by_a_rule(server: Server, tmp_path: Path) -> None:
    name = f"{tmp_path.name}-x"
    put(tmp_path / "camera", f"{name}_01.png", 5)

    assert run(command(tmp_path / "camera", server.url, "--once", "--group", "before-last:_")) == 0

    assert images_of(server, name) == [f"{name}_01.png"]


@pytest.mark.parametrize("group", ["folders", "one", "folder:x", "before-last:12345678901"])
def test_a_rule_that_is_none_is_a_usage_error(folder: Path, group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(folder, "http://127.0.0.1:9", "--group", group)) == 2
    assert "no way of grouping" in capsys.readouterr().err


@pytest.mark.parametrize(("place", "url"), [("missing", "http://a"), (".", "ftp://a")])
def test_a_wrong_folder_or_address_is_told(
    place: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command(tmp_path / place, url)) == 1
    assert "give" in capsys.readouterr().err


def test_a_token_that_is_missing_is_told(
    tmp_path_factory: pytest.TempPathFactory,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BLOODCOUNT_API_TOKEN", raising=False)
    with running_server(STAND_IN, tmp_path_factory.mktemp("closed")) as closed:
        assert run(command(folder, closed.url, "--once")) == 1

    assert "BLOODCOUNT_API_TOKEN" in capsys.readouterr().err


def test_a_second_watch_of_the_same_memory_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with SentFiles.open(tmp_path / "state.db"):
        assert run(command(folder, "http://127.0.0.1:9", "--once")) == 1

    assert "--state" in capsys.readouterr().err


def test_a_file_that_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path / "camera", "26-1/a.png", 1)
    stopped = threading.Event()
    with SentFiles.open(tmp_path / "state.db") as sent, BatchServer("http://a", None, stopped, tell=print) as server:
        watcher = Watcher(
            tmp_path / "camera", GroupingRule(), sent, server, settle_s=0.2, tell=print, is_stopped=stopped
        )
        assert watcher.look() == ([], True)
        time.sleep(0.25)
        with (tmp_path / "camera" / "26-1" / "a.png").open("ab") as stream:
            stream.write(b"more")
        assert watcher.look() == ([], True)
        time.sleep(0.25)
        ready, is_changing = watcher.look()

    assert [file.path for file in ready] == ["26-1/a.png"]
    assert is_changing is False


def test_a_file_that_changed_after_it_was_planned_is_forgotten_and_found_anew(tmp_path: Path) -> None:
    old = FoundFile("26-1/a.png", 10, 1)
    with SentFiles.open(tmp_path / "state.db") as sent:
        planned = sent.plan([old, FoundFile("26-1/b.png", 10, 1)])
        assert sent.unknown([old]) == []
        assert sent.open_round() == planned
        sent.finish(planned, unsent=["26-1/a.png"])

        assert sent.open_round() is None
        assert sent.unknown([old, FoundFile("26-1/b.png", 10, 1)]) == [old]


def test_a_memory_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"something else entirely, and long enough" * 50)

    with pytest.raises(CommandFailed, match="cannot be used"), SentFiles.open(tmp_path / "state.db"):
        pass


def test_the_memory_lies_outside_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)

    one, other = state_file(tmp_path / "a", "http://x/"), state_file(tmp_path / "b", "http://x")

    assert one.is_relative_to(tmp_path / "state")
    assert one != other
    assert one == state_file(tmp_path / "a", "http://x")


def wait_for(condition: Any, seconds: float = 60.0) -> None:  # noqa: ANN401
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_it_waits_for_a_server_that_is_away_and_sends_what_comes_later(
    tmp_path_factory: pytest.TempPathFactory, folder: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    log, home = tmp_path / "log", tmp_path_factory.mktemp("late")
    watching = process(command(folder, url), log, BLOODCOUNT_API_TOKEN=new_token(home / "data"))
    try:
        wait_for(lambda: "next try in" in log.read_text())
        serve = ["-c", "from tests.e2e.stand_in_server import serve; serve(0.01, port=" + url.rpartition(":")[2] + ")"]
        with running_server(serve, home) as late:
            wait_for(lambda: images_of(late, tmp_path.name) == ["field-1.png"])
            put(folder, f"{tmp_path.name}/field-2.png", 2)
            wait_for(lambda: images_of(late, tmp_path.name) == ["field-1.png", "field-2.png"])
            watching.send_signal(signal.SIGTERM)
            assert watching.wait(30) == 0
    finally:
        watching.kill()
        watching.wait()

    assert "Stopped." in log.read_text()


@pytest.mark.slow
def test_kills_at_random_moments_lose_and_double_nothing(server: Server, folder: Path, tmp_path: Path) -> None:
    chance, log = random.Random(3), tmp_path / "log"
    for number in range(20):
        put(folder, f"{tmp_path.name}/{number:02}.png", 100 + number)
    for _ in range(5):
        watching = process(command(folder, server.url), log)
        seen = log.read_text().count("Watching") if log.exists() else 0
        wait_for(lambda seen=seen: log.read_text().count("Watching") > seen)
        time.sleep(chance.uniform(0.3, 0.8))
        watching.kill()
        watching.wait()
    ended = process(command(folder, server.url, "--once"), log)

    assert ended.wait(60) == 0, log.read_text()
    names = images_of(server, tmp_path.name)
    assert sorted(names) == sorted([f"{number:02}.png" for number in range(20)] + ["field-1.png"])
    batches = [b for b in ask(server, "/batches")["items"] if b["name"].startswith("camera") and b["files_total"] > 10]
    assert all(batch["completed_at"] for batch in batches)
    assert sum(batch["files_total"] for batch in batches) <= 41
