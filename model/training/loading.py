"""Batches of crops and targets for training."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from model.classes import CELL_CLASSES
from model.config import RED_CELL_DIAMETER_PX
from model.data.fields import LabelMode
from model.data.packed import IMAGE_FOLDER, PackedField
from model.data.source_groups import UnknownSourceGroup, without_groups
from model.rendering import random_recipe, render_smear
from model.training.camera import as_camera_would
from model.training.config import TrainingConfig, TrainingConfigError
from model.training.crops import Labels, take_crop
from model.training.losses import TargetBatch
from model.training.targets import make_targets
from model.types import Size

_STAMPED_BOX_TRUST = 0.1
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
        modes = _FULLY_LABELLED
        if index < 0:
            image, labels = _render(self._crop_px, generator)
        else:
            field = self._fields[index]
            with Image.open(self._folder / field.file_name) as opened:
                image = opened.convert("RGB")
            trust = _STAMPED_BOX_TRUST if field.has_stamped_boxes() else 1.0
            classes = np.array(field.class_indices, np.int64)
            labels = Labels(field.boxes_array(), classes, field.ignored_array(), trust)
            modes = field.label_modes
        crop = take_crop(image, labels, self._crop_px, generator)
        targets = make_targets(crop, modes)
        pixels = torch.from_numpy(as_camera_would(crop.image_hwc_u8, generator).copy()).permute(2, 0, 1)
        return Example(pixels, TargetBatch(*(torch.from_numpy(part) for part in targets)))


def _render(crop_px: int, generator: np.random.Generator) -> tuple[Image.Image, Labels]:
    recipe = random_recipe(int(generator.integers(2**31)), Size(crop_px, crop_px), RED_CELL_DIAMETER_PX)
    smear = render_smear(recipe)
    boxes = np.array([cell.box_xyxy_image_px for cell in smear.cells], dtype=np.float32).reshape(-1, 4)
    classes = np.array([CELL_CLASSES.index(cell.cell_class) for cell in smear.cells], dtype=np.int64)
    return Image.fromarray(smear.image_hwc_u8), Labels(boxes, classes, np.zeros((0, 4), np.float32))


def choose_fields(fields: Sequence[PackedField], config: TrainingConfig) -> list[PackedField]:
    """The fields that a run draws from: of the sources with a share, and of no source left out.

    Raises:
        TrainingConfigError: A source left out is unknown, or nothing remains.
    """
    shares = dict(config.source_shares)
    try:
        allowed = without_groups(fields, config.left_out)
        chosen = [field for field in allowed if shares.get(field.source, 0.0) > 0 and _teaches(field)]
    except UnknownSourceGroup as error:
        raise TrainingConfigError(str(error)) from error
    if not chosen:
        sources = ", ".join(sorted({field.source for field in fields}))
        raise TrainingConfigError(f"no field remains to train on; the data set holds {sources}: set source_shares")
    return chosen


def _teaches(field: PackedField) -> bool:
    """Whether pixels are packed, and a box or the knowledge of every cell of a class comes with them."""
    return field.has_pixels and (bool(field.class_indices) or LabelMode.FULL in field.label_modes)


class SourceSampler(Sampler[tuple[int, int]]):
    """Draws fields so that each source has its share, and rendered fields theirs."""

    def __init__(self, fields: Sequence[PackedField], config: TrainingConfig, first_draw: int) -> None:
        shares = dict(config.source_shares)
        sizes = Counter(field.source for field in fields)
        weights = [shares[field.source] / sizes[field.source] for field in fields]
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
    workers = config.workers if config.workers >= 0 else max(1, (os.cpu_count() or 1) - 2)
    return DataLoader(
        CropDataset(folder, fields, config.crop_px, config.seed),
        batch_size=config.batch_size,
        sampler=SourceSampler(fields, config, first_draw),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=torch.cuda.is_available(),
        drop_last=True,
    )
