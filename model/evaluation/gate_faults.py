"""Faults of a photograph, simulated by a known amount, so that a warning can be judged by what caused it."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.config import RED_CELL_DIAMETER_PX

_GAMMA = 2.2
"""Light to pixel value, as cameras store it: pixel = light ** (1 / 2.2)."""

_Change = Callable[[NDArray[np.uint8], float], NDArray[np.uint8]]
"""Changes an image (height x width x 3); the number is the factor from its pixels to the network's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its name with the amount, the warning that must tell it (None: no warning is wanted), and the change."""

    name: str
    warning: str | None
    apply: _Change


def blurred(image_hwc_u8: NDArray[np.uint8], sigma_px: float) -> NDArray[np.uint8]:
    """Out of focus by a Gaussian of ``sigma_px`` pixels of the image."""
    return np.asarray(Image.fromarray(image_hwc_u8).filter(ImageFilter.GaussianBlur(sigma_px)))


def exposed(image_hwc_u8: NDArray[np.uint8], light: float) -> NDArray[np.uint8]:
    """The same field with ``light`` times the light; what is too bright is clipped to white."""
    return _from_table(image_hwc_u8, (light, light, light))


def tinted(image_hwc_u8: NDArray[np.uint8], red: float, green: float, blue: float) -> NDArray[np.uint8]:
    """The same field in coloured light: so many times the red, green and blue light."""
    return _from_table(image_hwc_u8, (red, green, blue))


def compressed(image_hwc_u8: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """The same field saved as JPEG with this quality, 1..95."""
    buffer = BytesIO()
    Image.fromarray(image_hwc_u8).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def _from_table(image_hwc_u8: NDArray[np.uint8], light: tuple[float, float, float]) -> NDArray[np.uint8]:
    values = (np.arange(256) / 255) ** _GAMMA
    changed = np.empty_like(image_hwc_u8)
    for channel, factor in enumerate(light):
        table = np.round(255 * np.clip(values * factor, 0, 1) ** (1 / _GAMMA)).astype(np.uint8)
        changed[..., channel] = table[image_hwc_u8[..., channel]]
    return changed


def _blur(share: float) -> _Change:
    """Blur by a share of a red cell's diameter, whatever the image's scale."""
    return lambda image, scale: blurred(image, share * RED_CELL_DIAMETER_PX / scale)


FAULTS = (
    Fault("as photographed", None, lambda image, _scale: image),
    Fault("JPEG quality 60", None, lambda image, _scale: compressed(image, 60)),
    Fault("JPEG quality 20", None, lambda image, _scale: compressed(image, 20)),
    Fault("blur of 2 % of a red cell", None, _blur(0.02)),
    Fault("blur of 8 % of a red cell", "out_of_focus", _blur(0.08)),
    Fault("blur of 12 % of a red cell", "out_of_focus", _blur(0.12)),
    Fault("0.8 of the light", None, lambda image, _scale: exposed(image, 0.8)),
    Fault("0.25 of the light", "underexposed", lambda image, _scale: exposed(image, 0.25)),
    Fault("0.12 of the light", "underexposed", lambda image, _scale: exposed(image, 0.12)),
    Fault("2 times the light", "overexposed", lambda image, _scale: exposed(image, 2.0)),
    Fault("3 times the light", "overexposed", lambda image, _scale: exposed(image, 3.0)),
    Fault("yellow light", "colour_cast", lambda image, _scale: tinted(image, 1.0, 0.95, 0.25)),
    Fault("blue light", "colour_cast", lambda image, _scale: tinted(image, 0.3, 0.5, 1.0)),
    Fault("green light", "colour_cast", lambda image, _scale: tinted(image, 0.35, 1.0, 0.35)),
)
"""What the gate is judged by: amounts that a person would call a fault, and small ones that must not be told."""
