"""How a run begins: from random weights, or from a release whose layers it takes over."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from model.network import CellDetector
from model.training.config import TrainingConfigError

_STAGES = 5
"""The stem and the four stages of ResNet-50."""


def take_over_weights(network: nn.Module, path: Path) -> list[str]:
    """Copy every tensor of a weights file that fits by name and shape; returns the names left as they were.

    Raises:
        TrainingConfigError: The file cannot be read, or none of its tensors fits.
    """
    try:
        given = load_file(path)
    except (SafetensorError, OSError) as error:
        raise TrainingConfigError(f"{path} cannot be started from: {error}; give a .safetensors file") from error
    own = network.state_dict()
    fitting = {name: tensor for name, tensor in given.items() if name in own and own[name].shape == tensor.shape}
    if not fitting:
        raise TrainingConfigError(f"{path} holds no tensor of this network; start from weights of the same kind")
    network.load_state_dict({**own, **fitting})
    return sorted(set(own) - set(fitting))


def freeze_first_stages(network: CellDetector, stages: int) -> list[nn.Module]:
    """Stop the first ``stages`` parts of the backbone (stem, then its stages) from learning; returns them.

    Their batch norms must be kept in evaluation mode while the others train.
    """
    parts: list[nn.Module] = [network.backbone.stem, *network.backbone.stages][: min(stages, _STAGES)]
    for part in parts:
        for parameter in part.parameters():
            parameter.requires_grad = False
    return parts
