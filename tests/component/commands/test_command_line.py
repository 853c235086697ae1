"""The installed ``bloodcount`` program: exit statuses, one-sentence errors, and a server that starts and stops."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

PROGRAM = str(Path(sys.executable).with_name("bloodcount"))


def bloodcount(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end in the test's own folder."""
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, check=False, text=True, timeout=120, env=os.environ | variables
    )


@contextmanager
def server(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A started web server without counting, and its address."""
    command = [PROGRAM, "serve", "--no-counting", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            lines = []
            for line in process.stderr:
                lines.append(line)
                if found := re.search(r"ready: (http://\S+)", line):
                    yield process, found[1]
                    break
            else:
                pytest.fail("the server did not start:\n" + "".join(lines))
        finally:
            process.kill()


@pytest.mark.parametrize(
    "command",
    ["", "serve", "worker", "count", "token create", "weights list", "dataset build", "train", "calibrate", "evaluate",
     "bench", "db upgrade", "db check"],
)  # fmt: skip
def test_every_command_has_help(command: str) -> None:
    run = bloodcount(*command.split(), "--help")

    assert (run.returncode, run.stderr) == (0, "")
    assert f"bloodcount {command}".strip() in run.stdout


def test_the_version_is_printed() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", bloodcount("--version").stdout)


@pytest.mark.parametrize(
    "arguments", [["serve", "--prot", "1"], ["serve", "--port", "70000"], ["cuont"], ["token", "create"]]
)
def test_a_usage_error_is_one_sentence_and_status_2(arguments: list[str]) -> None:
    run = bloodcount(*arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch(r"bloodcount: [^\n]+\n", run.stderr)


def test_an_impossible_setting_is_one_sentence_and_status_1() -> None:
    run = bloodcount("serve", BLOODCOUNT_PORT="http")

    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(r"bloodcount: BLOODCOUNT_PORT='http' [^\n]+\n", run.stderr)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_missing_weights_stop_the_start_with_one_sentence(command: str, tmp_path: Path) -> None:
    run = bloodcount(command, BLOODCOUNT_WEIGHTS_PATH=str(tmp_path / "none.safetensors"), BLOODCOUNT_PORT="0")

    assert (run.returncode, run.stdout) == (1, "")
    sentence = run.stderr.splitlines()[-1]
    assert sentence.startswith("bloodcount: ")
    assert "none.safetensors" in sentence
    assert "Traceback" not in run.stderr


def test_a_taken_port_is_one_sentence_and_status_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = bloodcount("serve", "--no-counting", "--port", str(port))

    assert (run.returncode, run.stdout) == (1, "")
    assert re.fullmatch(rf"bloodcount: The address 127.0.0.1 port {port} [^\n]+--port.\n", run.stderr)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_server_answers_and_stops_in_order(stop: signal.Signals) -> None:
    with server() as (process, address):
        assert httpx2.get(f"{address}/healthz").status_code == 200
        process.send_signal(stop)
        _, log = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "Traceback" not in log


def test_a_token_is_printed_once_and_opens_the_api() -> None:
    token = bloodcount("token", "create", "laboratory system").stdout.strip()
    with server() as (_, address):
        with_token = httpx2.get(f"{address}/api/v1/samples", headers={"Authorization": f"Bearer {token}"})
        without = httpx2.get(f"{address}/api/v1/samples")

    assert (with_token.status_code, with_token.json()["items"]) == (200, [])
    assert without.status_code == 401
    assert token not in (Path("data") / "bloodcount.db").read_bytes().decode("latin-1")


def test_the_database_is_checked_and_upgraded() -> None:
    before, upgrade, after = bloodcount("db", "check"), bloodcount("db", "upgrade"), bloodcount("db", "check")

    assert (before.returncode, before.stdout) == (1, "")
    assert "bloodcount db upgrade" in before.stderr
    assert (upgrade.returncode, upgrade.stderr) == (0, "")
    assert (after.returncode, after.stderr) == (0, "")
