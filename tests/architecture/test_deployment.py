"""The compose file and the Kubernetes example name only settings, commands and addresses that the program has."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from click.testing import CliRunner
from pydantic import ValidationError

from app.cli import cli
from app.main import create_app
from app.settings import ENV_PREFIX, Settings
from tests.architecture.source_files import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES = list(yaml.safe_load_all((ROOT / "docs/deployment/kubernetes.yaml").read_text(encoding="utf-8")))
OURS = [service for service in COMPOSE["services"].values() if service["image"] == "bloodcount"]
PODS = [part["spec"]["template"]["spec"] for part in KUBERNETES if part["kind"] in {"Deployment", "StatefulSet"}]
CONTAINERS = [container for pod in PODS for container in pod["containers"]]
SHARED = {
    name: value for part in KUBERNETES for name, value in (part.get("data") or part.get("stringData") or {}).items()
}
COMMANDS = [service["command"] for service in OURS] + [container["args"] for container in CONTAINERS]
LIBRARIES = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
"""What boto reads by itself; tests/storage sets the same names."""


PLACES_TO_FILL = r"\$\{[^}]*\}|change-me"
"""What whoever installs puts passwords of their own into."""


def environments() -> Iterator[dict[str, str]]:
    """The variables of every process of ours."""
    yield from (service["environment"] for service in OURS)
    for container in CONTAINERS:
        yield SHARED | {entry["name"]: entry["value"] for entry in container.get("env", [])}


@pytest.mark.parametrize("environment", list(environments()))
def test_every_variable_is_a_setting_with_a_value_that_it_can_have(environment: dict[str, str]) -> None:
    ours = {name: value for name, value in environment.items() if name.startswith(ENV_PREFIX)}
    fields = {name.removeprefix(ENV_PREFIX).lower(): value for name, value in ours.items()}

    assert set(environment) - set(ours) <= LIBRARIES
    assert set(fields) <= set(Settings.model_fields)
    settings = Settings.model_validate(
        {name: re.sub(PLACES_TO_FILL, "made-by-chance-42", value) for name, value in fields.items()}
    )
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert settings.storage_url.startswith("s3://")


def test_an_example_whose_password_was_not_changed_is_refused() -> None:
    with pytest.raises(ValidationError, match="easy to guess"):
        Settings(database_url=SHARED["BLOODCOUNT_DATABASE_URL"])


def test_a_value_that_a_setting_cannot_have_would_be_found() -> None:
    with pytest.raises(ValidationError):
        Settings(gpu_batch_images="many")  # type: ignore[arg-type]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_exists_with_its_options(command: list[str]) -> None:
    program, name, *options = command
    told = CliRunner().invoke(typer.main.get_command(cli), [name, "--help"], terminal_width=200)  # type: ignore[arg-type]

    assert program == "bloodcount"
    assert told.exit_code == 0
    assert [option for option in options if option not in told.output] == []


def test_every_probe_asks_for_an_address_that_is_answered() -> None:
    routes = set(create_app(Settings(), counting=False).openapi()["paths"])
    text = (ROOT / "docs/deployment/kubernetes.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"path: (/\S+?),", text))

    assert asked == {"/healthz", "/readyz"}
    assert asked <= routes


def test_every_file_and_service_that_is_named_exists() -> None:
    services = set(COMPOSE["services"])
    needed = {name for service in COMPOSE["services"].values() for name in service.get("depends_on", ())}

    assert needed <= services
    assert (ROOT / "Dockerfile").is_file()
    assert {service["build"] for service in OURS} == {"."}
    assert f"http://web:{Settings().port}" in COMPOSE["configs"]["nginx"]["content"]
    assert "USER bloodcount" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert Path("docs/deployment/kubernetes.yaml").name in (ROOT / "docs/deployment/README.md").read_text(
        encoding="utf-8"
    )


def test_every_volume_and_config_is_declared() -> None:
    mounted = [
        volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", ())
    ]
    configs = [one["source"] for service in COMPOSE["services"].values() for one in service.get("configs", ())]

    assert set(mounted) == set(COMPOSE["volumes"])
    assert set(configs) == set(COMPOSE["configs"])
    for pod in PODS:
        named: set[Any] = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]} == named
