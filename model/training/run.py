"""One training run: epochs until the time budget is spent, a checkpoint and a log line after each."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor
from torch.optim import AdamW

from model.config import CHANNEL_MEAN_RGB, CHANNEL_STD_RGB
from model.data.packed import read_index
from model.data.splits import Split
from model.network import CellDetector
from model.training.augmentation import augment_colours
from model.training.averaging import WeightAverage
from model.training.checkpoints import Progress, has_checkpoint, load_checkpoint, save_checkpoint
from model.training.config import TrainingConfig
from model.training.loading import Example, make_loader
from model.training.losses import TargetBatch, compute_losses

LOG_FILE = "log.jsonl"
Report = Callable[[str], None]


class TrainingDiverged(RuntimeError):
    """The loss is no longer a number."""


class TrainingRun:
    """A run over one packed training set, in one folder that holds its checkpoint and its log."""

    def __init__(self, dataset: Path, folder: Path, config: TrainingConfig, report: Report) -> None:
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        torch.set_flush_denormal(True)  # vanishing moments and gradients would slow a CPU many times over
        self.config, self.folder, self.report = config, folder, report
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dataset, self.fields = dataset, read_index(dataset, Split.TRAIN)
        network = CellDetector().to(self.device)
        self.network = network.to(memory_format=torch.channels_last)
        self.average = WeightAverage(self.network, config.ema_decay)
        self.optimizer = AdamW(_parameter_groups(self.network, config), lr=config.learning_rate)
        self.progress = Progress()
        folder.mkdir(parents=True, exist_ok=True)
        if has_checkpoint(folder):
            self.progress = load_checkpoint(folder, self.network, self.average, self.optimizer)
            report(f"resumed at step {self.progress.step}, {self.progress.seconds / 60:.1f} min trained")

    def train(self) -> None:
        """Train until the budget is spent.

        Raises:
            TrainingDiverged: The loss is not finite; the last checkpoint is kept.
        """
        while self.progress.seconds < self.config.minutes * 60:
            losses = self._train_epoch()
            self.progress.epoch += 1
            save_checkpoint(self.folder, self.network, self.average, self.optimizer, self.progress)
            entry = {**asdict(self.progress), **losses, "learning_rate": self._learning_rate()}
            with (self.folder / LOG_FILE).open("a") as log:
                log.write(json.dumps(entry) + "\n")
            left = max(0.0, self.config.minutes - self.progress.seconds / 60)
            text = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
            self.report(f"epoch {self.progress.epoch}, step {self.progress.step}: {text}; {left:.0f} min to go")

    def _train_epoch(self) -> dict[str, float]:
        self.network.train()
        sums, batches = {"heat_loss": 0.0, "box_loss": 0.0}, 0
        loader = make_loader(self.dataset, self.fields, self.config, self.progress.draws)
        generator = torch.Generator().manual_seed(self.config.seed + self.progress.epoch)
        for batch in loader:
            started = time.perf_counter()
            heat, box = self._step(batch, generator)
            sums["heat_loss"] += heat
            sums["box_loss"] += box
            batches += 1
            self.progress.step += 1
            self.progress.seconds += time.perf_counter() - started
            if batches % 100 == 0:
                minutes = self.progress.seconds / 60
                self.report(f"step {self.progress.step}: heat {heat:.3f}, box {box:.3f}, {minutes:.1f} min trained")
            if self.progress.seconds >= self.config.minutes * 60:
                break
        self.progress.draws += len(loader) * self.config.batch_size
        return {name: value / max(batches, 1) for name, value in sums.items()}

    def _step(self, batch: Example, generator: torch.Generator) -> tuple[float, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        images = self._prepare(batch.image_chw_u8, generator)
        targets = TargetBatch(*(part.to(self.device, non_blocking=True) for part in batch.targets))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.use_bfloat16):
            output = self.network(images)
        losses = compute_losses(output, targets)
        total = losses.heat + self.config.box_loss_weight * losses.box
        if not bool(torch.isfinite(total.detach())):
            raise TrainingDiverged(
                f"the loss is {float(total.detach())} at step {self.progress.step}; lower learning_rate"
            )
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient_clip_norm)
        self.optimizer.step()
        self.average.update(self.network)
        return float(losses.heat.detach()), float(losses.box.detach())

    def _prepare(self, images_nchw_u8: Tensor, generator: torch.Generator) -> Tensor:
        images = images_nchw_u8.to(self.device, non_blocking=True).float() / 255
        images = augment_colours(images, generator)
        mean = torch.tensor(CHANNEL_MEAN_RGB, device=self.device).view(1, 3, 1, 1)
        std = torch.tensor(CHANNEL_STD_RGB, device=self.device).view(1, 3, 1, 1)
        return ((images - mean) / std).to(memory_format=torch.channels_last)

    def _learning_rate(self) -> float:
        """Linear warm-up by steps, then a cosine over the time budget down to a hundredth."""
        warmup = min(1.0, (self.progress.step + 1) / self.config.warmup_steps)
        share = min(1.0, self.progress.seconds / (self.config.minutes * 60))
        return self.config.learning_rate * warmup * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def _parameter_groups(network: torch.nn.Module, config: TrainingConfig) -> list[dict[str, object]]:
    """Weight decay for the convolutions' kernels only, not for biases and batch norms."""
    kernels = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in network.parameters() if parameter.ndim <= 1]
    return [{"params": kernels, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
