"""Stain colours: what background, red cells, nuclei, cytoplasm, granules and platelets look like."""

from dataclasses import dataclass, fields, replace

import numpy as np

from model.rendering.arrays import Floats, Numbers

_CHANNELS = 3
_DARKEST, _BRIGHTEST = 1.0, 255.0

ColourRgb = tuple[float, float, float]
"""Red, green and blue, each 0..255."""


@dataclass(frozen=True, slots=True)
class Stain:
    """Colours of one stained slide under one camera; every colour is the one seen on the background.

    Colours are turned into optical densities (Beer-Lambert), so that overlapping cells darken as
    they do under a microscope.

    Raises:
        ValueError: A colour component lies outside 1..255.
    """

    background_rgb: ColourRgb = (214.0, 208.0, 200.0)
    red_cell_rgb: ColourRgb = (180.0, 136.0, 142.0)
    nucleus_rgb: ColourRgb = (92.0, 56.0, 150.0)
    blue_cytoplasm_rgb: ColourRgb = (158.0, 160.0, 205.0)
    pink_cytoplasm_rgb: ColourRgb = (200.0, 172.0, 196.0)
    eosinophil_granule_rgb: ColourRgb = (190.0, 105.0, 95.0)
    basophil_granule_rgb: ColourRgb = (70.0, 35.0, 115.0)
    platelet_rgb: ColourRgb = (140.0, 105.0, 180.0)

    def __post_init__(self) -> None:
        """Refuse colours that no density can be computed for."""
        for item in fields(self):
            colour = getattr(self, item.name)
            if len(colour) != _CHANNELS or any(not _DARKEST <= part <= _BRIGHTEST for part in colour):
                raise ValueError(f"{item.name} is {colour}; give red, green and blue, each from 1 to 255.")

    def density(self, colour_rgb: ColourRgb) -> Floats:
        """Optical density (natural logarithm) of a colour on this background, one number a channel."""
        ratio = np.asarray(self.background_rgb, np.float32) / np.asarray(colour_rgb, np.float32)
        return np.log(ratio).astype(np.float32)


STAINS: dict[str, Stain] = {
    "wright_neutral": Stain(
        (208, 211, 203),
        (170, 130, 134),
        (98, 76, 190),
        (148, 152, 212),
        (192, 172, 206),
        (186, 120, 150),
        (86, 52, 150),
        (128, 116, 208),
    ),
    "may_gruenwald_warm": Stain(
        (254, 231, 202),
        (203, 165, 166),
        (74, 28, 134),
        (148, 142, 190),
        (214, 180, 196),
        (190, 108, 104),
        (72, 20, 112),
        (128, 62, 142),
    ),
    "giemsa_pink": Stain(
        (217, 188, 174),
        (148, 106, 130),
        (128, 22, 112),
        (176, 142, 164),
        (198, 156, 160),
        (178, 112, 118),
        (92, 12, 96),
        (170, 92, 138),
    ),
    "giemsa_violet": Stain(
        (226, 204, 190),
        (134, 110, 150),
        (88, 14, 96),
        (170, 150, 186),
        (206, 170, 180),
        (190, 112, 112),
        (76, 10, 90),
        (160, 96, 150),
    ),
    "wright_green_light": Stain(
        (206, 219, 155),
        (136, 112, 108),
        (94, 14, 132),
        (146, 128, 156),
        (170, 118, 150),
        (176, 70, 112),
        (72, 6, 104),
        (166, 24, 116),
    ),
    "leishman_cream": Stain(
        (250, 244, 214),
        (158, 136, 120),
        (72, 12, 72),
        (170, 150, 172),
        (212, 166, 176),
        (204, 96, 110),
        (66, 8, 72),
        (196, 92, 140),
    ),
    "blue_light": Stain(
        (150, 208, 222),
        (104, 156, 192),
        (86, 76, 186),
        (122, 152, 214),
        (132, 172, 212),
        (140, 120, 172),
        (76, 54, 156),
        (104, 128, 208),
    ),
    "dim_green": Stain(
        (146, 184, 126),
        (100, 124, 90),
        (84, 36, 84),
        (118, 138, 116),
        (130, 140, 122),
        (130, 90, 92),
        (70, 24, 70),
        (122, 92, 104),
    ),
}
"""Stains after the light and cameras of several laboratories."""


def random_stain(rng: np.random.Generator) -> Stain:
    """A stain between two of the known ones, with its own strength, brightness and white balance."""
    first, second = rng.choice(sorted(STAINS), size=2)
    share = float(rng.beta(0.6, 0.6))
    gain = rng.normal(1.0, 0.03, 3) * rng.uniform(0.86, 1.06)
    strengths = {"red_cell_rgb": rng.uniform(0.75, 1.25), "nucleus_rgb": rng.uniform(0.75, 1.1)}
    one, other = STAINS[str(first)], STAINS[str(second)]
    background = _between(one.background_rgb, other.background_rgb, share)
    colours: dict[str, ColourRgb] = {"background_rgb": _clipped(background * gain)}
    for item in fields(Stain)[1:]:
        colour = _between(getattr(one, item.name), getattr(other, item.name), share)
        density = np.log(background / colour) * strengths.get(item.name, rng.uniform(0.75, 1.2))
        tint = rng.normal(1.0, 0.05, 3)
        colours[item.name] = _clipped(background * np.exp(-density * tint) * gain)
    return replace(one, **colours)


def _between(one: ColourRgb, other: ColourRgb, share: float) -> Numbers:
    return np.asarray(one) * (1.0 - share) + np.asarray(other) * share


def _clipped(colour: Numbers) -> ColourRgb:
    red, green, blue = (float(part) for part in np.clip(colour, _DARKEST, _BRIGHTEST))
    return red, green, blue
