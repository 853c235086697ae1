"""One training run: epochs until the time budget is spent, a checkpoint, a log line and curves after each."""

import json
import math
import time
from collections import Counter
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
from model.training.checkpoints import Progress, has_checkpoint, load_checkpoint, save_average, save_checkpoint
from model.training.config import AUTO, TrainingConfig, read_config, write_config
from model.training.curves import CURVES_FILE, can_draw_curves, draw_curves
from model.training.loading import Example, choose_fields, make_loader
from model.training.losses import Losses, compute_losses
from model.training.precision import fastest_dtype
from model.training.starting import continued, freeze_first_stages, freeze_naming, take_over_weights
from model.training.target_batch import TargetBatch

LOG_FILE = "log.jsonl"
CONFIG_FILE = "config.toml"
FIELDS_FILE = "fields.json"
"""How many fields of each source the run draws from."""

Report = Callable[[str], None]

_STEPS_A_REPORT = 50


class TrainingDiverged(RuntimeError):
    """The loss is no longer a number."""


class TrainingRun:
    """A run over one packed training set, in one folder that holds its checkpoint, log, settings and curves."""

    def __init__(self, dataset: Path, folder: Path, config: TrainingConfig, report: Report) -> None:
        """Prepare a run, or take it up again where the folder's checkpoint left it.

        Raises:
            PackedSetError: The data set has no index or no field to train on.
            TrainingConfigError: The settings fit neither data set nor run so far, or ``start_from`` is unusable.
            CheckpointError: The folder's checkpoint is damaged or of another network.
        """
        if has_checkpoint(folder):
            config = continued(config, read_config(folder / CONFIG_FILE))
        torch.manual_seed(config.seed)
        torch.set_num_threads(config.threads)
        torch.set_flush_denormal(True)  # vanishing moments and gradients would slow a CPU many times over
        self.config, self.folder, self.report, self.dataset = config, folder, report, dataset
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.fields = choose_fields(read_index(dataset, Split.TRAIN), config)
        network = CellDetector()
        if config.start_from and not has_checkpoint(folder):
            anew = take_over_weights(network, Path(config.start_from), config.left_out, config.names_left_out)
            report(f"started from {config.start_from}; learnt anew: {', '.join(anew) or 'nothing'}")
        network = network.to(self.device)
        self.network = network.to(memory_format=torch.channels_last)
        self._frozen = freeze_first_stages(self.network, config.frozen_stages)
        if not config.name_loss_weight:
            self._frozen += freeze_naming(self.network)
        self.average = WeightAverage(self.network, config.ema_decay)
        self.optimizer = AdamW(_parameter_groups(self.network, config), lr=config.learning_rate)
        self.progress = Progress()
        self._dtype = _dtype(config, self.device)
        folder.mkdir(parents=True, exist_ok=True)
        if has_checkpoint(folder):
            self.progress = load_checkpoint(folder, self.network, self.average, self.optimizer)
            report(f"resumed at step {self.progress.step}, {self.progress.seconds / 60:.1f} min trained")
        write_config(folder / CONFIG_FILE, config)
        self._tell_fields()

    def _tell_fields(self) -> None:
        """Write down and report how many fields of each source the run draws from."""
        sources = Counter(field.source for field in self.fields)
        (self.folder / FIELDS_FILE).write_text(json.dumps(sources, sort_keys=True) + "\n")
        told = ", ".join(f"{source} {number}" for source, number in sorted(sources.items()))
        self.report(f"{len(self.fields)} fields ({told}), {self.device}, {str(self._dtype).removeprefix('torch.')}")

    def train(self) -> None:
        """Train until the budget is spent, then write the averaged weights by themselves.

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
            if can_draw_curves():
                draw_curves(self.folder / LOG_FILE, self.folder / CURVES_FILE)
            text = ", ".join(f"{name} {value:.4f}" for name, value in losses.items())
            self.report(f"epoch {self.progress.epoch}, step {self.progress.step}: {text}; {self._to_go()}")
        save_average(self.folder, self.average.state, self.progress)

    def _train_epoch(self) -> dict[str, float]:
        self.network.train()
        for part in self._frozen:
            part.eval()
        torch.backends.cudnn.benchmark = True  # every batch has one shape
        sums, batches = dict.fromkeys((f"{name}_loss" for name in Losses._fields), 0.0), 0
        loader = make_loader(self.dataset, self.fields, self.config, self.progress.draws)
        generator = torch.Generator(self.device).manual_seed(self.config.seed + self.progress.epoch)
        started = time.perf_counter()
        for batch in loader:
            losses = self._step(batch, generator)
            for name, value in zip(sums, torch.stack(losses).tolist(), strict=True):
                sums[name] += value
            batches += 1
            self.progress.step += 1
            now = time.perf_counter()
            self.progress.seconds += now - started  # waiting for crops too: the budget is time on the clock
            started = now
            if batches % _STEPS_A_REPORT == 0:
                means = ", ".join(f"{name} {value / batches:.3f}" for name, value in sums.items())
                self.report(f"step {self.progress.step}: {means}; {self._to_go()}")
            if self.progress.seconds >= self.config.minutes * 60:
                break
        self.progress.draws += len(loader) * self.config.batch_size
        return {name: value / max(batches, 1) for name, value in sums.items()}

    def _step(self, batch: Example, generator: torch.Generator) -> Losses:
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        images = self._prepare(batch.image_chw_u8, generator)
        targets = TargetBatch(*(part.to(self.device, non_blocking=True) for part in batch.targets))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._dtype is torch.bfloat16):
            output = self.network(images)
        losses = compute_losses(output, targets, self.network.namer)
        total = (
            losses.heat
            + self.config.box_loss_weight * losses.box
            + self.config.quality_loss_weight * losses.quality
            + losses.density
            + self.config.name_loss_weight * (losses.white_names + losses.red_names)
        )
        if not bool(torch.isfinite(total.detach())):
            raise TrainingDiverged(
                f"the loss is {float(total.detach())} at step {self.progress.step}; lower learning_rate"
            )
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient_clip_norm)
        self.optimizer.step()
        self.average.update(self.network)
        return Losses(*(loss.detach() for loss in losses))

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

    def _to_go(self) -> str:
        return f"{max(0.0, self.config.minutes - self.progress.seconds / 60):.1f} min to go"


def own_settings(folder: Path) -> Path | None:
    """The file of settings that a run in the folder began with; None where there is no run to resume."""
    return folder / CONFIG_FILE if has_checkpoint(folder) and (folder / CONFIG_FILE).is_file() else None


def _dtype(config: TrainingConfig, device: torch.device) -> torch.dtype:
    if config.precision == AUTO:
        return fastest_dtype(device)
    return torch.bfloat16 if config.precision == "bfloat16" else torch.float32


def _parameter_groups(network: torch.nn.Module, config: TrainingConfig) -> list[dict[str, object]]:
    """Weight decay for the kernels only, not for biases and batch norms; what is frozen is left out."""
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    kernels = [parameter for parameter in learnt if parameter.ndim > 1]
    others = [parameter for parameter in learnt if parameter.ndim <= 1]
    return [{"params": kernels, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
