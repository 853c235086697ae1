"""Drawn textures that are no smears: blanks, noise, cloth, wood, tissue, X-rays. Everything follows from the seed."""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.evaluation.gate_scenes import HEIGHT_PX, WIDTH_PX, Draw

_Y, _X = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float64)


def _image(values: NDArray[np.floating[Any]]) -> Image.Image:
    """Values 0..1, H x W (grey) or H x W x 3, as a picture."""
    return Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8)).convert("RGB")


def _between(values: NDArray[np.float64], low: tuple[float, ...], high: tuple[float, ...]) -> NDArray[np.float64]:
    """From one colour (0) to another (1)."""
    return np.asarray(np.array(low) + values[..., None] * (np.array(high) - np.array(low)))


def _clouds(random: Generator, finest_px: int, coarsest_px: int = 256) -> NDArray[np.float64]:
    """Smooth noise of several sizes, 0..1."""
    total, step = np.zeros((HEIGHT_PX, WIDTH_PX)), coarsest_px
    while step >= finest_px:
        small = random.random((HEIGHT_PX // step + 2, WIDTH_PX // step + 2)).astype(np.float32)
        wide = Image.fromarray(small).resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC)
        total += np.asarray(wide) * step
        step //= 2
    return np.asarray((total - total.min()) / (total.max() - total.min()))


def blank(random: Generator) -> Image.Image:
    """One colour with the camera's noise: nothing under the lens."""
    colour = random.choice([[0.96, 0.95, 0.93], [0.93, 0.82, 0.88], [0.02, 0.02, 0.03], [0.5, 0.5, 0.52]])
    grain: NDArray[np.float64] = random.normal(0, 0.012, (HEIGHT_PX, WIDTH_PX, 3))
    return _image(grain + np.array(colour, dtype=np.float64))


def pure_blank(random: Generator) -> Image.Image:
    """One colour, every pixel the same."""
    return _image(np.broadcast_to(random.random(3), (HEIGHT_PX, WIDTH_PX, 3)).astype(np.float64))


def gradient(random: Generator) -> Image.Image:
    """One colour passing into another."""
    share = (_X * random.uniform(0.2, 1) + _Y * random.uniform(0.2, 1)) / (WIDTH_PX + HEIGHT_PX)
    return _image(_between(share, tuple(random.random(3)), tuple(random.random(3))))


def white_noise(random: Generator) -> Image.Image:
    """A random colour in every pixel."""
    return _image(random.random((HEIGHT_PX, WIDTH_PX, 3)))


def grey_grain(random: Generator) -> Image.Image:
    """Grains of grey a few pixels wide."""
    coarse = random.random((HEIGHT_PX // 4, WIDTH_PX // 4))
    return _image(np.kron(coarse, np.ones((4, 4))))


def clouds(random: Generator) -> Image.Image:
    """White and blue, soft at every size."""
    return _image(_between(_clouds(random, 2), (0.3, 0.5, 0.85), (1, 1, 1)))


def pink_clouds(random: Generator) -> Image.Image:
    """The same in the colours of a stained smear."""
    return _image(_between(_clouds(random, 4, 64), (0.75, 0.5, 0.6), (0.96, 0.9, 0.93)))


def stripes(random: Generator) -> Image.Image:
    """Parallel bands of two colours."""
    angle, width = random.uniform(0, 3), random.uniform(8, 50)
    wave = np.sin((_X * np.cos(angle) + _Y * np.sin(angle)) / width * 6.28) > 0
    return _image(_between(wave.astype(np.float64), tuple(random.random(3)), tuple(random.random(3))))


def cloth(random: Generator) -> Image.Image:
    """Threads over and under each other."""
    period = random.uniform(6, 18)
    over = (np.sin(_X / period * 6.28) * np.sin(_Y / period * 6.28) > 0) * 0.5
    threads = 0.5 * np.abs(np.sin(np.where(over > 0, _X, _Y) / period * 3.14)) + over * 0.3
    return _image(_between(threads + random.normal(0, 0.05, threads.shape), (0.2, 0.15, 0.3), tuple(random.random(3))))


def checks(random: Generator) -> Image.Image:
    """A chessboard."""
    side = int(random.integers(16, 70))
    is_dark = (_X // side + _Y // side) % 2
    return _image(_between(is_dark, tuple(random.random(3)), tuple(random.random(3))))


def wood(random: Generator) -> Image.Image:
    """Grain of a plank."""
    rings = np.sin((_X / 9 + 14 * _clouds(random, 32)) * 1.6) * 0.5 + 0.5
    return _image(_between(rings, (0.45, 0.28, 0.15), (0.78, 0.58, 0.36)))


def fingerprint(random: Generator) -> Image.Image:
    """Winding ridges."""
    ridges = np.sin(np.hypot(_X - 320, _Y - 260) / 4 + 9 * _clouds(random, 64)) * 0.5 + 0.5
    return _image(_between(ridges, (0.25, 0.2, 0.25), (0.95, 0.93, 0.9)))


def tissue(random: Generator) -> Image.Image:
    """A section stained with haematoxylin and eosin: pink fibres, crowded purple nuclei, no background."""
    fibres = np.sin(_Y / random.uniform(5, 14) + 16 * _clouds(random, 16)) * 0.5 + 0.5
    ground = _between(0.6 * fibres + 0.4 * _clouds(random, 2), (0.82, 0.45, 0.62), (0.96, 0.8, 0.88))
    nuclei = np.zeros((HEIGHT_PX, WIDTH_PX))
    for x, y in random.uniform(0, (WIDTH_PX, HEIGHT_PX), (380, 2)):
        long, short, angle = random.uniform(7, 14), random.uniform(4, 8), random.uniform(0, 3.14)
        near = np.s_[max(0, int(y) - 20) : int(y) + 20, max(0, int(x) - 20) : int(x) + 20]
        along = (_X[near] - x) * np.cos(angle) + (_Y[near] - y) * np.sin(angle)
        across = (_Y[near] - y) * np.cos(angle) - (_X[near] - x) * np.sin(angle)
        nuclei[near] = np.maximum(nuclei[near], (1.6 - (along / long) ** 2 - (across / short) ** 2).clip(0, 1))
    mixed = ground * (1 - 0.85 * nuclei[..., None]) + np.array((0.33, 0.2, 0.5)) * 0.85 * nuclei[..., None]
    return _image(mixed + random.normal(0, 0.02, mixed.shape)).filter(ImageFilter.GaussianBlur(0.8))


def x_ray(random: Generator) -> Image.Image:
    """Grey shadows of ribs over two dark lungs."""
    grey = 0.25 + 0.35 * _clouds(random, 32)
    for x in (210, 430):
        grey -= 0.3 * np.exp(-((((_X - x) / 95) ** 2 + ((_Y - 240) / 170) ** 2) ** 2))
    bend = (_Y + 0.0012 * (_X - 320) ** 2) / random.uniform(40, 60)
    grey += 0.12 * (np.sin(bend * 6.28) > np.sin(0.4))
    spine = np.exp(-(((_X - 320) / 30) ** 2))
    return _image(grey + 0.35 * spine).filter(ImageFilter.GaussianBlur(3))


def stars(random: Generator) -> Image.Image:
    """Points of light on black."""
    sky = random.random((HEIGHT_PX, WIDTH_PX)) ** 900
    return _image(sky * 3 + 0.02).filter(ImageFilter.GaussianBlur(1.2)).point(lambda value: min(255, value * 6))


def lawn(random: Generator) -> Image.Image:
    """Blades of grass."""
    blades = _image(random.random((HEIGHT_PX, WIDTH_PX))).filter(ImageFilter.GaussianBlur(2))
    grey = np.asarray(blades.convert("L"), dtype=np.float64)
    upright = np.cumsum(grey - grey.mean(), axis=0) / 60
    return _image(_between((upright % 1.0), (0.1, 0.3, 0.05), (0.55, 0.75, 0.3)))


TEXTURES: dict[str, Draw] = {
    draw.__name__: draw
    for draw in (
        blank,
        pure_blank,
        gradient,
        white_noise,
        grey_grain,
        clouds,
        pink_clouds,
        stripes,
        cloth,
        checks,
        wood,
        fingerprint,
        tissue,
        x_ray,
        stars,
        lawn,
    )
}
