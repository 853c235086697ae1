"""The settings of a training run, read from a TOML file or given one by one."""

import json
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

AUTO = "auto"
_PRECISIONS = (AUTO, "float32", "bfloat16")


class TrainingConfigError(ValueError):
    """A training setting is unknown or out of range."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Settings of one run; the defaults suit two CPU cores for about an hour and a half.

    ``minutes`` is the time budget: the learning rate follows a cosine over it, whatever the machine's
    speed. ``crop_px`` is a multiple of 32. ``source_shares`` weighs the fields drawn by source
    (a source not named has the share 0 and is not trained on). ``rendered_share`` is the share of
    procedurally rendered fields in each epoch. ``frozen_stages`` of the backbone (0 to 5: stem, then its
    four stages) keep the weights they started with. ``precision`` is ``auto`` (what is quickest here),
    ``float32`` or ``bfloat16``. ``workers`` load crops beside the training; -1 means one for each CPU but
    two. ``start_from`` is the weights file whose layers are taken over, empty for random weights.
    ``left_out`` names groups of sources (``model.data.source_groups``) that the run must not see, and
    ``names_left_out`` those whose cells it sees without their sub-types. ``mosaic_share`` is the share of
    mosaics of single white cells of known sub-type. Where ``name_loss_weight`` is 0, what names cells
    keeps the weights that it started with.
    """

    minutes: float = 90.0
    batch_size: int = 8
    crop_px: int = 224
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    warmup_steps: int = 200
    gradient_clip_norm: float = 10.0
    ema_decay: float = 0.999
    box_loss_weight: float = 3.0
    quality_loss_weight: float = 0.5
    name_loss_weight: float = 1.0
    frozen_stages: int = 0
    rendered_share: float = 0.06
    mosaic_share: float = 0.22
    fields_per_epoch: int = 2400
    workers: int = -1
    threads: int = 2
    seed: int = 20261123
    precision: str = AUTO
    start_from: str = ""
    left_out: tuple[str, ...] = ()
    names_left_out: tuple[str, ...] = ()
    source_shares: tuple[tuple[str, float], ...] = (
        ("txl-pbc-bccd", 0.19),
        ("txl-pbc-pbc", 0.16),
        ("txl-pbc-raabin", 0.19),
        ("deep-bio-net", 0.26),
        ("bccd", 0.05),
        ("chula-rbc-12", 0.07),
        ("pbc-acevedo", 0.08),
    )

    def __post_init__(self) -> None:
        """Refuse settings no run could use."""
        for setting in fields(self):
            _check_type(setting.name, getattr(self, setting.name), setting.default)
        for name in ("minutes", "batch_size", "crop_px", "learning_rate", "warmup_steps", "threads"):
            if not getattr(self, name) > 0:  # NaN is refused here too
                raise TrainingConfigError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.crop_px % 32:
            raise TrainingConfigError(f"crop_px is {self.crop_px}; it must be a multiple of 32")
        if self.precision not in _PRECISIONS:
            raise TrainingConfigError(f"precision is {self.precision!r}; choose of {', '.join(_PRECISIONS)}")
        if self.fields_per_epoch < self.batch_size:
            raise TrainingConfigError(
                f"fields_per_epoch is {self.fields_per_epoch}; an epoch needs a batch of {self.batch_size} or more"
            )


def write_config(path: Path, config: TrainingConfig) -> None:
    """Write the settings as TOML that ``read_config`` reads again."""
    lines = [f"{name} = {_toml(value)}" for name, value in asdict(config).items() if name != "source_shares"]
    shares = [f"{json.dumps(source)} = {share}" for source, share in config.source_shares]
    path.write_text("\n".join([*lines, "", "[source_shares]", *shares, ""]))


def _toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def read_config(path: Path | None, **overrides: float | str | bool | tuple[str, ...] | None) -> TrainingConfig:
    """The defaults, overridden by the TOML file, overridden by keyword arguments that are not None.

    Raises:
        TrainingConfigError: The file cannot be read, is no TOML, names an unknown setting, or a value is of another
            kind or out of range.
    """
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text()) if path else {}
    except OSError as error:
        raise TrainingConfigError(
            f"{path} cannot be read ({error.strerror or error}); a run that goes on needs the settings it began with, "
            "any other one an existing file"
        ) from error
    except ValueError as error:
        raise TrainingConfigError(f"{path} is no TOML file: {error}") from error
    values.update({name: value for name, value in overrides.items() if value is not None})
    known = {field.name for field in fields(TrainingConfig)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise TrainingConfigError(f"unknown training setting {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    if isinstance(values.get("source_shares"), dict):
        values["source_shares"] = tuple(values["source_shares"].items())
    for name in ("left_out", "names_left_out"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    return TrainingConfig(**values)


def _check_type(name: str, value: object, default: object) -> None:
    kinds = (int, float) if isinstance(default, float) else type(default)
    if not isinstance(value, kinds) or isinstance(value, bool) != isinstance(default, bool):
        raise TrainingConfigError(f"{name} is {value!r}; it must be of the kind of {default!r}")
