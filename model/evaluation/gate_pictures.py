"""Pictures that are no smears, in two halves: one that the gate learns from, one that judges it."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from model.evaluation.gate_round_things import ROUND_THINGS
from model.evaluation.gate_scenes import SCENES, Draw
from model.evaluation.gate_textures import TEXTURES

LEARN, JUDGE = "learn", "judge"
"""Folders of the two halves. Pictures of one kind lie in one half, so that nothing judges what it resembles."""

_DRAWN_OF_A_KIND = 2
_LONGEST_SIDE_PX = 800
"""Photographs are reduced to this: the network looks at reduced copies anyway, and large ones take long."""

_SHORTEST_SIDE_PX = 64
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"})


class PicturesMissing(ValueError):
    """A folder holds no picture that could be used."""


def write_pictures(folder: Path, photographs: Sequence[Path], most: int) -> dict[str, int]:
    """Draw the pictures that are no smears and reduce photographs into ``folder``; returns how many each half got.

    At most ``most`` photographs are taken of each of the folders given, evenly among all in it.

    Raises:
        PicturesMissing: A folder of photographs holds none.
    """
    for half in (LEARN, JUDGE):
        (folder / half).mkdir(parents=True, exist_ok=True)
    written = {LEARN: 0, JUDGE: 0}
    for name, half, image in itertools.chain(*(_photographs(source, most) for source in photographs), _drawn()):
        image.save(folder / half / f"{name}.png")
        written[half] += 1
    return written


def read_pictures(folder: Path, half: str) -> list[Path]:
    """The files of one half, in order.

    Raises:
        PicturesMissing: There are none.
    """
    paths = sorted(path for path in (folder / half).glob("*") if path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise PicturesMissing(f"{folder / half} holds no picture; make some with: bloodcount gate pictures {folder}")
    return paths


def drawn_pictures() -> dict[str, Draw]:
    """What draws each kind of picture, by its name."""
    return {**SCENES, **TEXTURES, **ROUND_THINGS}


def _drawn() -> Iterator[tuple[str, str, Image.Image]]:
    for kinds in (SCENES, TEXTURES, ROUND_THINGS):
        for number, (name, draw) in enumerate(kinds.items()):
            for seed in range(_DRAWN_OF_A_KIND):
                random = np.random.default_rng((seed, number))
                yield f"drawn-{name}-{seed}", (LEARN, JUDGE)[number % 2], draw(random)


def _photographs(folder: Path, most: int) -> Iterator[tuple[str, str, Image.Image]]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    usable = [path for path in paths if _is_large_enough(path)]
    if not usable:
        raise PicturesMissing(f"{folder} holds no photograph of at least {_SHORTEST_SIDE_PX} pixels a side")
    for path in usable[:: -(-len(usable) // most)]:
        kind = re.sub(r"[\d_-]+", "", path.stem)
        half = (LEARN, JUDGE)[hashlib.sha256(kind.encode()).digest()[0] % 2]
        yield f"photograph-{folder.name}-{path.parent.name}-{path.stem}", half, _reduced(path)


def _is_large_enough(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            return min(image.size) >= _SHORTEST_SIDE_PX
    except OSError:
        return False


def _reduced(path: Path) -> Image.Image:
    """The photograph on white, its longer side at most 800 pixels."""
    with Image.open(path) as opened:
        image = opened.convert("RGBA")
    image.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
