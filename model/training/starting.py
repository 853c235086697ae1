"""How a run begins: from random weights, or from a release whose layers it takes over."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from model.network import CellDetector
from model.training.config import TrainingConfig, TrainingConfigError

_STAGES = 5
"""The stem and the four stages of ResNet-50."""


def take_over_weights(
    network: nn.Module, path: Path, left_out: Sequence[str] = (), names_left_out: Sequence[str] = ()
) -> list[str]:
    """Copy every tensor of a weights file that fits by name and shape; returns the names left as they were.

    Raises:
        TrainingConfigError: The file cannot be read, none of its tensors fits, or its manifest does not say that it
            was trained without the groups of sources in ``left_out`` and, where it names cells, without the
            sub-types of those in ``names_left_out``.
    """
    _refuse_seen_sources(path, left_out, "left_out", "which")
    try:
        given = load_file(path)
    except (SafetensorError, OSError) as error:
        raise TrainingConfigError(f"{path} cannot be started from: {error}; give a .safetensors file") from error
    if any(name.startswith("namer.") for name in given):
        _refuse_seen_sources(path, names_left_out, "names_left_out", "whose sub-types")
    own = network.state_dict()
    fitting = {name: tensor for name, tensor in given.items() if name in own and own[name].shape == tensor.shape}
    if not fitting:
        raise TrainingConfigError(f"{path} holds no tensor of this network; start from weights of the same kind")
    network.load_state_dict({**own, **fitting})
    return sorted(set(own) - set(fitting))


def continued(config: TrainingConfig, earlier: TrainingConfig) -> TrainingConfig:
    """The settings of a run that goes on: other budgets and shares are welcome, its past stays what it was.

    Raises:
        TrainingConfigError: Other sources or other names are left out than before, so that nothing could be said of
            what was seen.
    """
    for setting in ("left_out", "names_left_out"):
        before, now = (sorted(getattr(one, setting)) for one in (earlier, config))
        if before != now:
            told, began = (", ".join(groups) or "nothing" for groups in (now, before))
            raise TrainingConfigError(
                f"{setting} is {told}, and this run began with {began} left out; begin another run in a new folder"
            )
    return replace(config, start_from=earlier.start_from)


def _refuse_seen_sources(path: Path, left_out: Sequence[str], record: str, what: str) -> None:
    """Refuse weights that may have seen a source which the run must not see.

    Raises:
        TrainingConfigError: The manifest beside them does not name every group as left out.
    """
    manifest = path.with_suffix(".json")
    named = json.loads(manifest.read_text())["training"].get(record, []) if left_out and manifest.is_file() else []
    seen = sorted(set(left_out) - set(named))
    if seen:
        raise TrainingConfigError(
            f"{path} may have been trained on {', '.join(seen)}, {what} this run leaves out; start from random "
            f"weights, or from weights whose manifest names it under {record}"
        )


def freeze_first_stages(network: CellDetector, stages: int) -> list[nn.Module]:
    """Stop the first ``stages`` parts of the backbone (stem, then its stages) from learning; returns them.

    Their batch norms must be kept in evaluation mode while the others train.
    """
    return _frozen([network.backbone.stem, *network.backbone.stages][: min(stages, _STAGES)])


def freeze_naming(network: CellDetector) -> list[nn.Module]:
    """Stop what names cells from learning; returns its parts, whose batch norms must be kept in evaluation mode.

    With the whole backbone frozen too, a run can better how cells are found without touching how they are named.
    """
    return _frozen([network.embedding_head, network.namer])


def _frozen(parts: list[nn.Module]) -> list[nn.Module]:
    for part in parts:
        for parameter in part.parameters():
            parameter.requires_grad = False
    return parts
