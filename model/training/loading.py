"""Batches of crops and targets for training."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from model.classes import CELL_CLASSES, NAMED_WHITE_SUBTYPES
from model.config import RED_CELL_DIAMETER_PX
from model.data.fields import LabelMode
from model.data.packed import IMAGE_FOLDER, PackedField
from model.data.source_groups import UnknownSourceGroup, check_group, group_of, without_groups
from model.rendering import random_recipe, render_smear
from model.training.camera import as_camera_would
from model.training.config import TrainingConfig, TrainingConfigError
from model.training.crops import Labels, take_crop
from model.training.mosaics import NamedCells, make_mosaic
from model.training.name_labels import name_labels
from model.training.target_batch import TargetBatch
from model.training.targets import make_targets, names_only
from model.types import Size

_STAMPED_BOX_TRUST = 0.1
_HALF = 0.5
_WHITE_NAMES = frozenset(subtype.value for subtype in NAMED_WHITE_SUBTYPES)
_FULLY_LABELLED = (LabelMode.FULL,) * len(CELL_CLASSES)

RENDERED, MOSAIC = -1, -2
"""In place of a field's index: a rendered field, a mosaic of single cells."""

LabelledImage = tuple[Image.Image, Labels, tuple[LabelMode, ...]]


class Example(NamedTuple):
    """One crop (3 x crop x crop, uint8) and its targets."""

    image_chw_u8: Tensor
    targets: TargetBatch


class CropDataset(Dataset[Example]):
    """One random crop a draw: of a packed field, of a rendered field (``RENDERED``), or a mosaic (``MOSAIC``)."""

    def __init__(self, folder: Path, fields: Sequence[PackedField], config: TrainingConfig) -> None:
        self._folder = folder / IMAGE_FOLDER
        self._fields = fields
        self._config = config
        self._named = NamedCells([field for field in fields if self._teaches_names(field)])

    @property
    def has_named_cells(self) -> bool:
        """Whether mosaics can be made."""
        return bool(self._named)

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, draw: tuple[int, int]) -> Example:
        """The crop for (field index, ``RENDERED`` or ``MOSAIC``; number of the draw); the same draw, the same crop."""
        index, number = draw
        generator = np.random.default_rng((self._config.seed, number))
        crop_px = self._config.crop_px
        if index == MOSAIC:
            picture, names = make_mosaic(self._named, crop_px, self._open, generator)
            targets = names_only(crop_px, names)
        else:
            image, labels, modes = self._field(index) if index >= 0 else _render(crop_px, generator)
            crop = take_crop(image, labels, crop_px, generator)
            picture, targets = crop.image_hwc_u8, make_targets(crop, modes)
        pixels = torch.from_numpy(as_camera_would(picture, generator).copy()).permute(2, 0, 1)
        return Example(pixels, TargetBatch(*(torch.from_numpy(part) for part in targets)))

    def _field(self, index: int) -> LabelledImage:
        field = self._fields[index]
        trust = _STAMPED_BOX_TRUST if field.has_stamped_boxes() else 1.0
        classes = np.array(field.class_indices, np.int64)
        names = name_labels(field) if self._teaches_names(field) else None
        labels = Labels(field.boxes_array(), classes, field.ignored_array(), trust, names)
        return self._open(field), labels, field.label_modes

    def _teaches_names(self, field: PackedField) -> bool:
        return not self._config.names_left_out or group_of(field.source) not in self._config.names_left_out

    def _open(self, field: PackedField) -> Image.Image:
        with Image.open(self._folder / field.file_name) as opened:
            return opened.convert("RGB")


def _render(crop_px: int, generator: np.random.Generator) -> LabelledImage:
    recipe = random_recipe(int(generator.integers(2**31)), Size(crop_px, crop_px), RED_CELL_DIAMETER_PX)
    smear = render_smear(recipe)
    boxes = np.array([cell.box_xyxy_image_px for cell in smear.cells], dtype=np.float32).reshape(-1, 4)
    classes = np.array([CELL_CLASSES.index(cell.cell_class) for cell in smear.cells], dtype=np.int64)
    labels = Labels(boxes, classes, np.zeros((0, 4), np.float32))
    return Image.fromarray(smear.image_hwc_u8), labels, _FULLY_LABELLED


def choose_fields(fields: Sequence[PackedField], config: TrainingConfig) -> list[PackedField]:
    """The fields that a run draws from: of the sources with a share, and of no source left out.

    Raises:
        TrainingConfigError: A source left out is unknown, or nothing remains.
    """
    shares = dict(config.source_shares)
    try:
        for group in config.names_left_out:
            check_group(group)
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


def white_name_rarity(fields: Sequence[PackedField]) -> list[float]:
    """How many times as often as the others of its source each field is drawn, for the rarest white cell it shows.

    The root of (the source's most frequent white sub-type's fields / those of the field's rarest one); 1 without names.
    """
    names = [{subtype for subtype in field.box_subtypes if subtype in _WHITE_NAMES} for field in fields]
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for field, shown in zip(fields, names, strict=True):
        counts[field.source].update(shown)
    return [
        max((max(counts[field.source].values()) / counts[field.source][name]) ** _HALF for name in shown)
        if shown
        else 1.0
        for field, shown in zip(fields, names, strict=True)
    ]


class SourceSampler(Sampler[tuple[int, int]]):
    """Draws fields so that each source has its share, and rendered fields and mosaics theirs.

    Within a source, fields with a white cell of a rare sub-type come more often.
    """

    def __init__(self, fields: Sequence[PackedField], config: TrainingConfig, first_draw: int) -> None:
        shares = dict(config.source_shares)
        rarity = white_name_rarity(fields)
        sums = dict.fromkeys(shares, 0.0)
        for field, weight in zip(fields, rarity, strict=True):
            sums[field.source] += weight
        weights = [
            shares[field.source] * weight / sums[field.source] for field, weight in zip(fields, rarity, strict=True)
        ]
        self._weights = np.array(weights) / sum(weights)
        self._config = config
        self._first_draw = first_draw

    def __len__(self) -> int:
        return self._config.fields_per_epoch

    def __iter__(self) -> Iterator[tuple[int, int]]:
        generator = np.random.default_rng((self._config.seed, self._first_draw, 1))
        for number in range(self._first_draw, self._first_draw + len(self)):
            chance = generator.random()
            if chance < self._config.rendered_share:
                yield RENDERED, number
            elif chance < self._config.rendered_share + self._config.mosaic_share:
                yield MOSAIC, number
            else:
                yield int(generator.choice(len(self._weights), p=self._weights)), number


def make_loader(
    folder: Path, fields: Sequence[PackedField], config: TrainingConfig, first_draw: int
) -> DataLoader[Example]:
    """Batches of one epoch, beginning at a draw number so that a resumed run does not repeat crops.

    Raises:
        TrainingConfigError: Mosaics are wanted, and no white cell has a sub-type.
    """
    workers = config.workers if config.workers >= 0 else max(1, (os.cpu_count() or 1) - 2)
    dataset = CropDataset(folder, fields, config)
    if config.mosaic_share and not dataset.has_named_cells:
        raise TrainingConfigError(
            f"mosaic_share is {config.mosaic_share}, and no white cell of the data set has a sub-type; set it to 0"
        )
    return DataLoader(
        dataset,
        batch_size=config.batch_size,
        sampler=SourceSampler(fields, config, first_draw),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        pin_memory=torch.cuda.is_available(),
        drop_last=True,
    )
