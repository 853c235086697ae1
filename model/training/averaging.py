"""An exponential moving average of the weights, which counts better than the last step's weights."""

import torch
from torch import nn


class WeightAverage:
    """Averaged copy of a network's parameters and statistics.

    The decay grows with the number of steps, as in torchvision's references, so that the random
    start is soon forgotten.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.state = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average towards the network's present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        averages, tensors = [], []
        for name, tensor in network.state_dict().items():
            average = self.state[name]
            if average.is_floating_point():
                averages.append(average)
                tensors.append(tensor)
            else:
                average.copy_(tensor)
        # All at once: one call a tensor would keep a GPU waiting for longer than the step takes.
        torch._foreach_lerp_(averages, tensors, 1 - decay)
