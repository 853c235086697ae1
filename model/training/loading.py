"""Batches of crops and targets for training."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from model.classes import CELL_CLASSES
from model.data.fields import LabelMode
from model.data.packed import IMAGE_FOLDER, PackedField
from model.rendering import random_recipe, render_smear
from model.training.config import TrainingConfig
from model.training.crops import take_crop
from model.training.losses import TargetBatch
from model.training.targets import make_targets
from model.types import Size

_FULLY_LABELLED = (LabelMode.FULL,) * len(CELL_CLASSES)


class Example(NamedTuple):
    """One crop (3 x crop x crop, uint8) and its targets."""

    image_chw_u8: Tensor
    targets: TargetBatch


class CropDataset(Dataset[Example]):
    """One random crop an index: of a packed field, or of a rendered field for indices below zero."""

    def __init__(self, folder: Path, fields: Sequence[PackedField], crop_px: int, seed: int) -> None:
        self._folder = folder / IMAGE_FOLDER
        self._fields = fields
        self._crop_px = crop_px
        self._seed = seed

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, draw: tuple[int, int]) -> Example:
        """The crop for (field index or -1, number of the draw); the same draw gives the same crop."""
        index, number = draw
        generator = np.random.default_rng((self._seed, number))
        modes, is_border_complete = _FULLY_LABELLED, True
        if index < 0:
            image, boxes, classes = _render(self._crop_px, generator)
        else:
            field = self._fields[index]
            with Image.open(self._folder / field.file_name) as opened:
                image = opened.convert("RGB")
            boxes, classes = field.boxes_array(), np.array(field.class_indices, dtype=np.int64)
            modes, is_border_complete = field.label_modes, field.is_border_complete
        crop = take_crop(image, boxes, classes, self._crop_px, generator, is_border_complete=is_border_complete)
        targets = make_targets(crop.boxes_xyxy_px, crop.class_indices, modes, crop.ignored_xyxy_px, self._crop_px)
        pixels = torch.from_numpy(crop.image_hwc_u8.copy()).permute(2, 0, 1)
        return Example(pixels, TargetBatch(*(torch.from_numpy(part) for part in targets)))


def _render(crop_px: int, generator: np.random.Generator) -> tuple[Image.Image, np.ndarray, np.ndarray]:
    recipe = random_recipe(int(generator.integers(2**31)), Size(crop_px, crop_px), 50.0)
    smear = render_smear(recipe)
    boxes = np.array([cell.box_xyxy_image_px for cell in smear.cells], dtype=np.float32).reshape(-1, 4)
    classes = np.array([CELL_CLASSES.index(cell.cell_class) for cell in smear.cells], dtype=np.int64)
    return Image.fromarray(smear.image_hwc_u8), boxes, classes


class SourceSampler(Sampler[tuple[int, int]]):
    """Draws fields so that each source has its share, and rendered fields theirs."""

    def __init__(self, fields: Sequence[PackedField], config: TrainingConfig, first_draw: int) -> None:
        shares = dict(config.source_shares)
        sizes = {field.source: 0 for field in fields}
        for field in fields:
            sizes[field.source] += 1
        weights = [shares.get(field.source, 1.0) / sizes[field.source] for field in fields]
        self._weights = np.array(weights) / sum(weights)
        self._config = config
        self._first_draw = first_draw

    def __len__(self) -> int:
        return self._config.fields_per_epoch

    def __iter__(self) -> Iterator[tuple[int, int]]:
        generator = np.random.default_rng((self._config.seed, self._first_draw, 1))
        for number in range(self._first_draw, self._first_draw + len(self)):
            is_rendered = generator.random() < self._config.rendered_share
            yield (-1 if is_rendered else int(generator.choice(len(self._weights), p=self._weights)), number)


def make_loader(
    folder: Path, fields: Sequence[PackedField], config: TrainingConfig, first_draw: int
) -> DataLoader[Example]:
    """Batches of one epoch, beginning at a draw number so that a resumed run does not repeat crops."""
    return DataLoader(
        CropDataset(folder, fields, config.crop_px, config.seed),
        batch_size=config.batch_size,
        sampler=SourceSampler(fields, config, first_draw),
        num_workers=config.workers,
        prefetch_factor=4 if config.workers else None,
        drop_last=True,
    )
