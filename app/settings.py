"""The application's settings: environment variables ``BLOODCOUNT_*`` and a ``.env`` file, read at the edges only."""

import difflib
import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.setting_checks import encrypted_address, refuse_weak_password

ENV_PREFIX = "BLOODCOUNT_"
_ENV_FILE = ".env"
_SINGLE_SIGN_ON = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
_TEST_PREFIX = "BLOODCOUNT_TEST_"
"""Variables that only the test suite reads."""


class InvalidSettings(ValueError):
    """A setting holds a value that it cannot hold, or a variable's name is not known; the message is one sentence."""


def _default_database_url(fields: dict[str, Any]) -> str:
    return f"sqlite:///{fields['data_dir'].absolute()}/bloodcount.db"


def _default_storage_url(fields: dict[str, Any]) -> str:
    # Not Path.as_uri(): fsspec does not decode its %20, so a folder with a space would be another folder.
    return f"file://{fields['data_dir'].absolute()}/images"


class Settings(BaseSettings):
    """Everything that differs between one installation and another; sizes in bytes, seconds and pixels."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=_ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default=Path("data"), description="Folder of the SQLite database and of the images, made when missing."
    )
    database_url: str = Field(
        default_factory=_default_database_url,
        repr=False,  # it may hold a password, which must not reach a log
        description="SQLAlchemy address of the database: SQLite in the data folder, or postgresql://user@host/name.",
    )
    storage_url: str = Field(
        default_factory=_default_storage_url,
        repr=False,
        description="Where uploaded images are kept: a folder (file://...) or any fsspec address such as s3://bucket.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address that the web server listens on; 0.0.0.0 for every address of this machine.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="TCP port that the web server listens on.")
    allowed_hosts: str | None = Field(
        default=None,
        description="Host names, with commas, by which others reach this server; its own name and addresses are known.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses, with commas, of the proxies whose X-Forwarded-For and -Proto headers are believed.",
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, le=1440, description="Minutes without a click after which a person has to sign in again."
    )
    session_absolute_hours: int = Field(
        default=12, ge=1, le=168, description="Hours after which a person has to sign in again in any case."
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Address of an OpenID provider for single sign-on, https only (http on this machine); empty: none.",
    )
    oidc_client_id: str | None = Field(default=None, min_length=1, description="This installation's name there.")
    oidc_client_secret: str | None = Field(
        default=None, min_length=1, repr=False, description="This installation's secret at the OpenID provider."
    )
    oidc_public_url: str | None = Field(
        default=None,
        validate_default=True,
        description="Address of this server in browsers; the provider returns them to its /login/single-sign-on/back.",
    )
    oidc_label: str = Field(default="your hospital account", max_length=60, description="What its button names.")
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="Where the network runs; auto takes a CUDA GPU when there is one."
    )
    engine: Literal["auto", "torch", "openvino", "openvino-bf16", "openvino-int8", "cuda-bf16"] = Field(
        default="auto",
        description="What runs the network; auto: openvino on a CPU, else torch; or openvino-bf16, -int8, cuda-bf16.",
    )
    weights_path: Path | None = Field(
        default=None, description="Weights file (.safetensors, its manifest beside it); empty: the weights shipped."
    )
    weights_margin_points: float = Field(
        default=2.0,
        ge=0,
        le=100,
        description="Percentage points by which weights may count worse than the active ones without a reason given.",
    )
    weights_second_person: bool = Field(
        default=False, description="Whether weights count only once a second admin has approved them."
    )
    golden_data_set: Path | None = Field(
        default=None,
        description="Folder of a data set ('bloodcount dataset build') on which weights are compared as well.",
    )
    grading_scheme: str = Field(
        default="jslh-sc",
        description="Scheme that grades red-cell morphology: jslh-sc, labce, a .toml file of your own, or none.",
    )
    delta_rules: str = Field(
        default="default",
        description="Limits of the delta check against a patient's last result: default, a .toml file, or none.",
    )
    laboratory_name: str | None = Field(
        default=None, max_length=200, description="Name of the laboratory, printed at the top of every report."
    )
    second_reading: Literal["optional", "required"] = Field(
        default="optional", description="Whether a sample is signed only once a second person has read it: required."
    )
    report_paper: Literal["a4", "letter"] = Field(default="a4", description="Paper of the reports: a4 or letter.")
    count_concurrency: int = Field(
        default=1, ge=1, le=64, description="Images that one process counts at the same time."
    )
    queue_poll_seconds: float = Field(
        default=0.1, ge=0.02, le=10, description="Seconds between two looks at the queue; more spares an idle server."
    )
    gpu_batch_images: int = Field(
        default=8, ge=1, le=64, description="Most images that a GPU counts together, of those counted at the same time."
    )
    gpu_batch_wait_ms: float = Field(
        default=10, ge=0, le=1000, description="Longest wait of an image for others to be counted with on a GPU."
    )
    torch_threads: int | None = Field(
        default=None, ge=1, le=1024, description="CPU threads of the network; empty: PyTorch's own choice."
    )
    executor_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Name of this counting process, stable and unique among all; empty: host name and data folder.",
    )
    max_file_bytes: int = Field(default=150_000_000, ge=1, description="Largest image file that is accepted, in bytes.")
    max_image_pixels: int = Field(
        default=150_000_000, ge=1, description="Largest image that is accepted, in pixels (width times height)."
    )
    decode_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="Longest time for reading one image file; longer is refused."
    )
    max_files_per_upload: int = Field(
        default=500, ge=1, description="Most files in one upload; an upload with more is refused as a whole."
    )
    max_request_bytes: int = Field(
        default=4_000_000_000, ge=1, description="Largest upload request that is accepted, all its files together."
    )
    max_files_per_batch: int = Field(
        default=5_000, ge=1, description="Most files in one batch, those inside its ZIP files not counted."
    )
    max_samples_per_batch: int = Field(default=1_000, ge=1, description="Most samples that one batch is grouped into.")
    max_archive_bytes: int = Field(
        default=10_000_000_000, ge=1, description="Largest ZIP file of a batch that is accepted, in bytes."
    )
    max_archive_members: int = Field(default=10_000, ge=1, description="Most members of a ZIP file.")
    max_archive_unpacked_bytes: int = Field(
        default=20_000_000_000, ge=1, description="Largest sum of a ZIP file's members once unpacked, in bytes."
    )
    max_archive_ratio: int = Field(
        default=200, ge=1, description="How many times larger a ZIP file's member may become by being unpacked."
    )
    abandoned_upload_hours: int = Field(
        default=72, ge=1, description="Hours without a sign of its sender after which an open batch is closed."
    )
    max_waiting_images: int = Field(
        default=100_000, ge=0, description="Images that may wait; an upload to a longer queue is refused; 0: no limit."
    )
    max_uploads_at_once: int = Field(
        default=16, ge=1, le=1000, description="Uploads that one web process takes in at once; others try again."
    )
    min_free_bytes: int = Field(
        default=500_000_000,
        ge=0,
        description="Bytes that stay free on the disks; an upload that would need them is refused.",
    )
    keep_photographs_days: int | None = Field(
        default=None, ge=1, description="Days after which photographs of unsigned samples may go; empty: never."
    )
    keep_signed_photographs_days: int | None = Field(
        default=None, ge=1, description="Days after which photographs of signed samples may go; empty: never."
    )
    keep_samples_days: int | None = Field(
        default=None, ge=1, description="Days after which unsigned samples may go with all they hold; empty: never."
    )
    stop_seconds: float = Field(
        default=10.0,
        ge=0,
        le=3600,
        description="Longest wait of a stop for open requests, and again for images being counted, in seconds.",
    )
    worker_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="TCP port of 'bloodcount worker' for /healthz, /readyz and /metrics; 0: none.",
    )
    api_token: str | None = Field(
        default=None,
        repr=False,
        description="Token that 'bloodcount watch' sends along, made by 'bloodcount token create' on the server.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log lines for people (text) or for machines (json)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important log lines that are written."
    )

    @field_validator("database_url")
    @classmethod
    def _use_the_installed_driver(cls, url: str) -> str:
        """Accept the addresses that hosting providers hand out, which name no driver."""
        refuse_weak_password(url)
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            scheme = url.partition("://")[0]
            raise ValueError(f"databases are sqlite:/// or postgresql://, not {scheme!r}")
        return url

    @field_validator("oidc_issuer", "oidc_public_url")
    @classmethod
    def _use_encryption(cls, url: str | None) -> str | None:
        """Addresses that carry sign-ins; without TLS only to this machine."""
        if url is None:
            return None
        return encrypted_address(url)

    @field_validator("oidc_public_url")
    @classmethod
    def _single_sign_on_is_whole(cls, url: str | None, info: ValidationInfo) -> str | None:
        """Accept all four settings that single sign-on needs, or none of them."""
        given = {name: info.data.get(name) for name in _SINGLE_SIGN_ON} | {"oidc_public_url": url}
        missing = [ENV_PREFIX + name.upper() for name, value in given.items() if value is None]
        if missing and len(missing) < len(given):
            raise ValueError(f"single sign-on needs {' and '.join(missing)} as well, or none of these settings")
        return url


def get_settings() -> Settings:
    """The settings of this process, read anew from the environment and from ``.env`` in the current folder.

    Raises:
        InvalidSettings: A value is not possible, or a ``BLOODCOUNT_`` variable of the environment or of ``.env`` is
            not known (a typing mistake that would otherwise leave a default, perhaps an unsafe one, in force).
    """
    _refuse_unknown_variables()
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidSettings(_sentence(error)) from None


def _refuse_unknown_variables() -> None:
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields}
    # In capitals, because small letters are read as well.
    for name in sorted({name.upper() for name in (*os.environ, *dotenv_values(_ENV_FILE))}):
        if name.startswith(ENV_PREFIX) and name not in known and not name.startswith(_TEST_PREFIX):
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "the README lists all of them."
            raise InvalidSettings(f"{name} is not a setting; {hint}")


def _sentence(error: ValidationError) -> str:
    """What is wrong with the first setting that is not possible; others may only follow from it."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    field = Settings.model_fields.get(name)
    # What may hold a password is not repeated: the sentence ends in a log.
    shown = f"={first['input']!r}" if field is None or field.repr else ""
    return f"{ENV_PREFIX}{name.upper()}{shown} is not usable: {first['msg'].removeprefix('Value error, ')}"
