"""From light through the slide to an image: uneven light, blur, sensor noise, compression."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from model.rendering.arrays import Floats, Pixels
from model.rendering.noise import smooth_noise

_MAX_BLUR_PX = 20.0
_MAX_NOISE = 40.0
_MIN_QUALITY, _MAX_QUALITY = 20, 100


@dataclass(frozen=True, slots=True)
class Camera:
    """How the field is lit and photographed.

    ``blur_px`` and ``noise`` are standard deviations, in pixels and in grey levels of 0..255;
    ``vignetting`` is the share of light lost towards the corners; ``texture`` the relative
    unevenness of the background; ``jpeg_quality`` None keeps the image uncompressed.

    Raises:
        ValueError: A number lies outside its range.
    """

    blur_px: float = 0.8
    noise: float = 2.0
    vignetting: float = 0.08
    texture: float = 0.008
    jpeg_quality: int | None = 90

    def __post_init__(self) -> None:
        """Refuse settings that give no usable image."""
        limits = {"blur_px": _MAX_BLUR_PX, "noise": _MAX_NOISE, "vignetting": 0.6, "texture": 0.2}
        for name, highest in limits.items():
            value = getattr(self, name)
            if not 0.0 <= value <= highest:
                raise ValueError(f"{name} is {value}; choose a number from 0 to {highest}.")
        if self.jpeg_quality is not None and not _MIN_QUALITY <= self.jpeg_quality <= _MAX_QUALITY:
            raise ValueError(
                f"jpeg_quality is {self.jpeg_quality}; choose {_MIN_QUALITY} to {_MAX_QUALITY}, "
                "or None for no compression."
            )


def ideal_camera() -> Camera:
    """A camera that adds nothing: even light, no blur, no noise, no compression."""
    return Camera(blur_px=0.0, noise=0.0, vignetting=0.0, texture=0.0, jpeg_quality=None)


def photograph(light_hwc: Floats, camera: Camera, rng: np.random.Generator) -> Pixels:
    """The 8-bit image of a field of light.

    Args:
        light_hwc: Light behind the slide in 0..255, height by width by 3; changed in place.
        camera: How it is photographed.
        rng: Source of the noise.
    """
    light = _illumination(light_hwc.shape[:2], camera, rng)
    # Lamp and lens fall off unevenly by colour, so corners change their tint as well.
    for channel, exponent in enumerate(rng.uniform(0.7, 1.3, 3)):
        light_hwc[..., channel] *= 1.0 + np.float32(exponent) * (light - 1.0)
    np.clip(light_hwc, 0.0, 255.0, out=light_hwc)
    image = Image.fromarray(light_hwc.astype(np.uint8))
    if camera.blur_px > 0.0:
        image = image.filter(ImageFilter.GaussianBlur(camera.blur_px))
    if camera.noise > 0.0:
        image = _with_noise(image, camera.noise, rng)
    if camera.jpeg_quality is not None:
        image = _compressed(image, camera.jpeg_quality)
    return np.array(image, dtype=np.uint8)


def _illumination(shape_hw: tuple[int, int], camera: Camera, rng: np.random.Generator) -> Floats:
    height, width = shape_hw
    centre_x, centre_y = rng.uniform(-0.3, 0.3, 2)
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :] - np.float32(centre_x)
    y = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None] - np.float32(centre_y)
    light = 1.0 - np.float32(camera.vignetting / 2.0) * (x * x + y * y)
    if camera.texture > 0.0:
        light += np.float32(camera.texture) * smooth_noise(rng, shape_hw, max(shape_hw) / 6.0)
    return light.astype(np.float32)


def _with_noise(image: Image.Image, noise: float, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(image, dtype=np.float32)
    # Most sensor noise is common to the channels after demosaicing; a part of it is coloured.
    common = rng.standard_normal(pixels.shape[:2], dtype=np.float32)[..., None]
    coloured = rng.standard_normal(pixels.shape, dtype=np.float32)
    noisy = pixels + np.float32(noise) * (np.float32(0.85) * common + np.float32(0.5) * coloured)
    return Image.fromarray(np.clip(np.rint(noisy), 0.0, 255.0).astype(np.uint8))


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
