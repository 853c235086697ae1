"""Resumable checkpoints as safetensors and JSON; nothing is ever pickled."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from model.training.averaging import WeightAverage

CHECKPOINT_FILE = "checkpoint.safetensors"
AVERAGE_FILE = "averaged.safetensors"
"""The averaged weights alone, in 16-bit floats: all that is published, an eighth of the checkpoint to carry."""


class CheckpointError(ValueError):
    """A checkpoint cannot be read or belongs to another network."""


@dataclass(slots=True)
class Progress:
    """How far a run has come; ``seconds`` is training time over all its parts."""

    step: int = 0
    epoch: int = 0
    seconds: float = 0.0
    draws: int = 0


def save_checkpoint(
    folder: Path, network: nn.Module, average: WeightAverage, optimizer: Optimizer, progress: Progress
) -> None:
    """Write everything a run needs to go on, replacing the last checkpoint in one move."""
    tensors: dict[str, Tensor] = {}
    tensors.update({f"network.{name}": tensor for name, tensor in network.state_dict().items()})
    tensors.update({f"average.{name}": tensor for name, tensor in average.state.items()})
    for index, moments in optimizer.state_dict()["state"].items():
        tensors.update({f"optimizer.{index}.{name}": tensor for name, tensor in moments.items()})
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"progress": json.dumps(asdict(progress)), "average_steps": str(average.steps)}
    part = folder / f"{CHECKPOINT_FILE}.part"
    save_file(tensors, part, metadata=metadata)
    part.replace(folder / CHECKPOINT_FILE)


def save_average(folder: Path, state: Mapping[str, Tensor], progress: Progress) -> None:
    """Write what a release is made of, under the names that a checkpoint has for it."""
    tensors = {
        f"average.{name}": (tensor.half() if tensor.is_floating_point() else tensor).detach().cpu().contiguous()
        for name, tensor in state.items()
    }
    part = folder / f"{AVERAGE_FILE}.part"
    save_file(tensors, part, metadata={"progress": json.dumps(asdict(progress))})
    part.replace(folder / AVERAGE_FILE)


def has_checkpoint(folder: Path) -> bool:
    """Whether a run in this folder can be resumed."""
    return (folder / CHECKPOINT_FILE).is_file()


def load_checkpoint(folder: Path, network: nn.Module, average: WeightAverage, optimizer: Optimizer) -> Progress:
    """Restore a run in place and return how far it had come.

    Raises:
        CheckpointError: The checkpoint is damaged or does not fit the network.
    """
    path = folder / CHECKPOINT_FILE
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "average": {}, "optimizer": {}}
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            for name in file.keys():  # noqa: SIM118 (not a mapping)
                part, _, rest = name.partition(".")
                parts.setdefault(part, {})[rest] = file.get_tensor(name)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is damaged ({error}); remove it to start the run anew") from error
    try:
        network.load_state_dict(parts["network"])
    except RuntimeError as error:
        raise CheckpointError(f"{path} belongs to another network; start a new run folder") from error
    for name, tensor in parts["average"].items():
        average.state[name].copy_(tensor)
    average.steps = int(metadata["average_steps"])
    _load_optimizer(optimizer, parts["optimizer"])
    return Progress(**json.loads(metadata["progress"]))


def _load_optimizer(optimizer: Optimizer, moments: dict[str, Tensor]) -> None:
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in moments.items():
        index, moment = name.split(".", 1)
        state.setdefault(int(index), {})[moment] = _laid_out_as(parameters[int(index)], tensor)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _laid_out_as(parameter: Tensor, moment: Tensor) -> Tensor:
    """A moment in its parameter's memory layout: steps over mixed layouts take twice as long."""
    if moment.shape != parameter.shape:
        return moment
    return torch.empty_like(parameter, requires_grad=False).copy_(moment)
