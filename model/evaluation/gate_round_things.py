"""Drawn round things that a cell counter could take for cells. Everything follows from the seed."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from model.evaluation.gate_scenes import HEIGHT_PX, WIDTH_PX, Draw

_Colour = tuple[int, int, int]


def _places(random: Generator, count: int, low_px: float, high_px: float) -> Iterator[tuple[float, float, float]]:
    """Middles and radii anywhere in the picture."""
    for _ in range(count):
        yield random.uniform(0, WIDTH_PX), random.uniform(0, HEIGHT_PX), random.uniform(low_px, high_px)


def _ball(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: _Colour) -> None:
    """A ball lit from the upper left."""
    for step in range(12):
        share = 1 - step / 12
        shade = tuple(min(255, int(part * (0.55 + 0.75 * (1 - share)))) for part in colour)
        inner, shift = radius * share, radius * 0.3 * (1 - share)
        box = (x - inner - shift, y - inner - shift, x + inner - shift, y + inner - shift)
        draw.ellipse(box, fill=(shade[0], shade[1], shade[2]))


def _canvas(colour: _Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), colour)
    return image, ImageDraw.Draw(image)


def coins(random: Generator) -> Image.Image:
    """Metal discs with a rim on a dark table."""
    image, draw = _canvas((60, 45, 40))
    for x, y, radius in _places(random, 26, 28, 45):
        metal = ((200, 165, 90), (185, 185, 190))[int(random.integers(2))]
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=metal, outline=(90, 80, 60), width=3)
        draw.ellipse((x - radius * 0.5, y - radius * 0.6, x + radius * 0.4, y + radius * 0.5), outline=(120, 105, 70))
    return image.filter(ImageFilter.GaussianBlur(0.8))


def bubbles(random: Generator) -> Image.Image:
    """Transparent circles with bright rims under water."""
    image, draw = _canvas((70, 130, 170))
    for x, y, radius in _places(random, 70, 6, 45):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(200, 230, 245), width=2)
        glint = radius * 0.25
        draw.ellipse(
            (x - radius * 0.5, y - radius * 0.5, x - radius * 0.5 + glint, y - radius * 0.5 + glint), fill="white"
        )
    return image.filter(ImageFilter.GaussianBlur(0.7))


def grapes(random: Generator) -> Image.Image:
    """Purple balls in a bunch."""
    image, draw = _canvas((205, 215, 190))
    for x, y in random.normal((320, 240), (120, 90), (110, 2)):
        _ball(draw, x, y, random.uniform(22, 30), (95, 45, 110))
    return image


def cherries(random: Generator) -> Image.Image:
    """Red balls apart from each other on white."""
    image, draw = _canvas((246, 243, 238))
    for x, y, radius in _places(random, 30, 22, 30):
        _ball(draw, x, y, radius, (190, 30, 50))
    return image


def polka_dots(random: Generator) -> Image.Image:
    """Flat dots in rows."""
    image, draw = _canvas(tuple(random.integers(120, 256, 3).tolist()))
    colour, step = tuple(random.integers(0, 200, 3).tolist()), int(random.integers(34, 80))
    for row, y in enumerate(range(0, HEIGHT_PX + step, step)):
        for x in range(-step, WIDTH_PX + step, step):
            left = x + (row % 2) * step // 2
            draw.ellipse((left, y, left + step * 0.6, y + step * 0.6), fill=colour)
    return image


def confetti(random: Generator) -> Image.Image:
    """Paper discs of every colour."""
    image, draw = _canvas((235, 235, 240))
    for x, y, radius in _places(random, 140, 10, 22):
        colour = tuple(random.integers(0, 256, 3).tolist())
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image


def rings(random: Generator) -> Image.Image:
    """Wire rings over each other."""
    image, draw = _canvas((250, 250, 250))
    for x, y, radius in _places(random, 35, 18, 60):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(40, 40, 60), width=4)
    return image


def pebbles(random: Generator) -> Image.Image:
    """Grey stones without a gap."""
    image, draw = _canvas((70, 65, 60))
    for x, y, radius in _places(random, 260, 18, 34):
        grey = int(random.integers(110, 200))
        stone = (grey, grey - int(random.integers(0, 15)), grey - int(random.integers(5, 25)))
        draw.ellipse(
            (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), fill=stone, outline=(70, 65, 60), width=3
        )
    return image.filter(ImageFilter.GaussianBlur(1.0))


def pills(random: Generator) -> Image.Image:
    """Tablets with a groove on a blue tray."""
    image, draw = _canvas((120, 150, 190))
    for x, y, radius in _places(random, 28, 20, 34):
        draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=(240, 238, 232), outline=(180, 180, 185), width=2
        )
        draw.line((x - radius * 0.7, y, x + radius * 0.7, y), fill=(190, 190, 190), width=3)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def lights_out_of_focus(random: Generator) -> Image.Image:
    """Soft discs of light at night."""
    image = np.full((HEIGHT_PX, WIDTH_PX, 3), 18.0)
    for x, y, radius in _places(random, 40, 14, 40):
        top, left = max(0, int(y) - 40), max(0, int(x) - 40)
        part = image[top : int(y) + 41, left : int(x) + 41]
        rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
        part[np.hypot(rows - y, columns - x) <= radius] += random.uniform(20, 140, 3)
    return Image.fromarray(image.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))


def honeycomb(random: Generator) -> Image.Image:
    """Amber cells in a lattice."""
    image, draw = _canvas((90, 55, 15))
    step = int(random.integers(36, 60))
    for row, y in enumerate(range(0, HEIGHT_PX + step, int(step * 0.87))):
        for x in range(0, WIDTH_PX + step, step):
            amber = (random.integers(190, 245), random.integers(130, 180), random.integers(20, 70))
            colour = tuple(int(part) for part in amber)
            draw.regular_polygon((x + (row % 2) * step / 2, y, step * 0.5), 6, rotation=30, fill=colour)
    return image


ROUND_THINGS: dict[str, Draw] = {
    draw.__name__: draw
    for draw in (
        coins,
        bubbles,
        grapes,
        cherries,
        polka_dots,
        confetti,
        rings,
        pebbles,
        pills,
        lights_out_of_focus,
        honeycomb,
    )
}
