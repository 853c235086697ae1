"""Drawn pictures that are no smears: pages, charts, screens, maps, drawings. Everything follows from the seed."""

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

WIDTH_PX, HEIGHT_PX = 640, 480

Draw = Callable[[Generator], Image.Image]
"""Draws one picture."""

_WORDS = ("the", "report", "slide", "count", "people", "noon", "rain", "harbour", "ship", "oranges", "glass", "bell")


def _colour(random: Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    red, green, blue = random.integers(low, high, 3).tolist()
    return red, green, blue


def _canvas(colour: tuple[int, int, int] = (255, 255, 255)) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), colour)
    return image, ImageDraw.Draw(image)


def _line_of_words(random: Generator, words: int) -> str:
    return " ".join(random.choice(_WORDS, words).tolist())


def text_page(random: Generator) -> Image.Image:
    """A page of printed text."""
    image, draw = _canvas(_colour(random, 235))
    size = int(random.integers(11, 26))
    font = ImageFont.load_default(size)
    for y in range(20, HEIGHT_PX - 20, int(size * 1.4)):
        draw.text((24, y), _line_of_words(random, 900 // (size * 4)), fill=_colour(random, 0, 40), font=font)
    return image


def receipt(random: Generator) -> Image.Image:
    """A strip of paper with prices, on a table."""
    image, draw = _canvas(_colour(random, 60, 140))
    draw.rectangle((200, 10, 440, 470), fill=(250, 248, 240))
    for y in range(30, 440, 22):
        text = f"{random.choice(_WORDS)}   {random.uniform(1, 90):.2f}"
        draw.text((215, y), text, fill=(30, 30, 40), font=ImageFont.load_default(16))
    return image


def bar_chart(random: Generator) -> Image.Image:
    """Bars of several colours over an axis."""
    image, draw = _canvas()
    draw.line((60, 20, 60, 430, 620, 430), fill=(0, 0, 0), width=2)
    for index in range(12):
        draw.rectangle((75 + 45 * index, int(random.integers(40, 400)), 105 + 45 * index, 429), fill=_colour(random))
        draw.text((75 + 45 * index, 436), str(index), fill=(0, 0, 0), font=ImageFont.load_default(14))
    return image


def line_chart(random: Generator) -> Image.Image:
    """Curves over a grid."""
    image, draw = _canvas()
    for step in range(0, WIDTH_PX, 40):
        draw.line((step, 0, step, HEIGHT_PX), fill=(220, 220, 220))
        draw.line((0, step, WIDTH_PX, step), fill=(220, 220, 220))
    for _ in range(4):
        heights = 240 + np.cumsum(random.normal(0, 7, WIDTH_PX // 4))
        points = [(4 * index, height) for index, height in enumerate(heights.tolist())]
        draw.line(points, fill=_colour(random, 0, 200), width=3)
    return image


def scatter_plot(random: Generator) -> Image.Image:
    """Round marks of two colours over an axis."""
    image, draw = _canvas()
    draw.line((40, 10, 40, 450, 630, 450), fill=(0, 0, 0), width=2)
    radius = int(random.integers(4, 16))
    for colour in (_colour(random, 40, 220), _colour(random, 40, 220)):
        middle = random.uniform(150, 400, 2)
        for x, y in random.normal(middle, 90, (70, 2)).tolist():
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image


def pie_chart(random: Generator) -> Image.Image:
    """A disc in slices, with a legend."""
    image, draw = _canvas()
    ends = np.cumsum(random.dirichlet(np.ones(6) * 3)) * 360
    for index, (start, end) in enumerate(zip([0.0, *ends[:-1].tolist()], ends.tolist(), strict=True)):
        colour = _colour(random, 40, 240)
        draw.pieslice((60, 60, 420, 420), start, end, fill=colour)
        draw.rectangle((470, 80 + 40 * index, 500, 105 + 40 * index), fill=colour)
        draw.text((510, 82 + 40 * index), str(random.choice(_WORDS)), fill=(0, 0, 0), font=ImageFont.load_default(18))
    return image


def screenshot(random: Generator) -> Image.Image:
    """Windows with buttons and text on a coloured desktop."""
    image, draw = _canvas(_colour(random, 30, 200))
    for _ in range(3):
        x, y = random.integers(0, (300, 220)).tolist()
        draw.rectangle((x, y, x + 320, y + 240), fill=(245, 245, 248), outline=(90, 90, 90))
        draw.rectangle((x, y, x + 320, y + 24), fill=_colour(random, 60, 160))
        for row in range(8):
            text = _line_of_words(random, 5)
            draw.text((x + 12, y + 36 + 24 * row), text, fill=(20, 20, 20), font=ImageFont.load_default(14))
        draw.rounded_rectangle((x + 220, y + 205, x + 305, y + 230), 6, fill=_colour(random, 80, 220))
    return image


def terminal(random: Generator) -> Image.Image:
    """Bright letters on black."""
    image, draw = _canvas((12, 12, 16))
    for y in range(8, HEIGHT_PX, 18):
        text = f"{random.integers(0, 10**8):08x}  {_line_of_words(random, 9)}"
        draw.text((8, y), text, fill=_colour(random, 120), font=ImageFont.load_default(14))
    return image


def spreadsheet(random: Generator) -> Image.Image:
    """A table of numbers with ruled cells."""
    image, draw = _canvas()
    for y in range(0, HEIGHT_PX, 24):
        draw.line((0, y, WIDTH_PX, y), fill=(190, 190, 190))
        for x in range(0, WIDTH_PX, 80):
            draw.line((x, 0, x, HEIGHT_PX), fill=(190, 190, 190))
            draw.text((x + 6, y + 4), f"{random.normal(100, 30):.1f}", fill=(0, 0, 0), font=ImageFont.load_default(14))
    return image


def street_map(random: Generator) -> Image.Image:
    """Streets, blocks and a river."""
    image, draw = _canvas((238, 235, 228))
    for _ in range(22):
        start, end = random.uniform(-50, 690, 2).tolist(), random.uniform(-50, 690, 2).tolist()
        draw.line((*start, *end), fill=_colour(random, 200), width=int(random.integers(4, 16)))
    wave = [(x, 240 + 90 * math.sin(x / 90 + random.uniform(0, 0.2))) for x in range(0, WIDTH_PX + 20, 20)]
    draw.line(wave, fill=(150, 190, 230), width=34)
    return image


def line_drawing(random: Generator) -> Image.Image:
    """Pen strokes on paper: arcs, lines and a few closed shapes."""
    image, draw = _canvas((252, 250, 245))
    for _ in range(45):
        x, y = random.integers(0, (WIDTH_PX, HEIGHT_PX)).tolist()
        across, down = random.integers(20, 180, 2).tolist()
        start, end = sorted(random.uniform(0, 360, 2).tolist())
        draw.arc((x, y, x + across, y + down), start, end, fill=(20, 20, 30), width=int(random.integers(1, 4)))
    return image


def cartoon_face(random: Generator) -> Image.Image:
    """A face in flat colours."""
    image, draw = _canvas(_colour(random, 120, 250))
    draw.ellipse((190, 70, 450, 410), fill=(236, 190 + int(random.integers(-30, 30)), 160))
    for x in (270, 370):
        draw.ellipse((x - 28, 190, x + 28, 230), fill=(255, 255, 255))
        draw.ellipse((x - 12, 198, x + 12, 222), fill=_colour(random, 20, 120))
    draw.polygon(((320, 230), (300, 290), (340, 290)), fill=(215, 160, 130))
    draw.chord((265, 300, 375, 370), 0, 180, fill=(180, 60, 70))
    draw.pieslice((180, 40, 460, 260), 180, 360, fill=_colour(random, 20, 110))
    return image


def landscape(random: Generator) -> Image.Image:
    """Sky, hills, a sun and trees."""
    image, draw = _canvas((150, 195, 240))
    draw.ellipse((480, 40, 560, 120), fill=(255, 240, 170))
    for layer in range(4):
        phase, height = random.uniform(0, 6), 230 + 60 * layer
        ridge = [(x, height + 35 * math.sin(x / 70 + phase)) for x in range(0, WIDTH_PX + 10, 10)]
        draw.polygon([*ridge, (WIDTH_PX, HEIGHT_PX), (0, HEIGHT_PX)], fill=(60 + 20 * layer, 130 - 15 * layer, 70))
    for _ in range(12):
        x, y = random.integers((0, 330), (WIDTH_PX, 450)).tolist()
        draw.polygon(((x, y - 70), (x - 20, y), (x + 20, y)), fill=(25, 80, 40))
    return image


def square_code(random: Generator) -> Image.Image:
    """Black and white squares, as in a code to be scanned."""
    modules = np.kron(random.integers(0, 2, (29, 29)), np.ones((15, 15))) * 255
    image, _ = _canvas()
    image.paste(Image.fromarray(modules.astype(np.uint8)).convert("RGB"), (102, 22))
    return image


SCENES: dict[str, Draw] = {
    draw.__name__: draw
    for draw in (
        text_page,
        receipt,
        bar_chart,
        line_chart,
        scatter_plot,
        pie_chart,
        screenshot,
        terminal,
        spreadsheet,
        street_map,
        line_drawing,
        cartoon_face,
        landscape,
        square_code,
    )
}
