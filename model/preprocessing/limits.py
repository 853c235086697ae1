"""What an image must keep to, and the refusal of one that does not."""

from dataclasses import dataclass

from model.types import Size


class ImageRefused(ValueError):
    """A file that is no image which can be counted.

    ``code`` is stable: empty_file, too_large_file, not_an_image, unsupported_format, truncated, animated,
    too_many_pixels, too_small or unsupported_colour. ``message`` is one sentence for a technician.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The largest and smallest image that is read: file size in bytes, area and shorter side in pixels."""

    max_file_bytes: int = 150_000_000
    max_pixels: int = 150_000_000
    min_side_px: int = 64

    def check_file_size(self, file_bytes: int) -> None:
        """Pass a file of ``file_bytes`` bytes, or refuse it.

        Raises:
            ImageRefused: ``empty_file`` or ``too_large_file``.
        """
        if file_bytes == 0:
            raise ImageRefused("empty_file", "The file is empty (0 bytes); copy it from the camera again.")
        if file_bytes > self.max_file_bytes:
            raise ImageRefused(
                "too_large_file",
                f"The file has {file_bytes / 1e6:,.1f} MB and the limit is {self.max_file_bytes / 1e6:,.1f} MB; "
                "save it as JPEG or PNG, or cut it into several fields.",
            )

    def check_size(self, size: Size) -> None:
        """Pass an image of ``size`` pixels, or refuse it; called before any pixel is decoded.

        Raises:
            ImageRefused: ``too_many_pixels`` or ``too_small``.
        """
        shown = f"{size.width:,} × {size.height:,} pixels"
        if size.width * size.height > self.max_pixels:
            raise ImageRefused(
                "too_many_pixels",
                f"The image has {shown} and the limit is {self.max_pixels / 1e6:,.0f} million pixels; "
                "cut it into several fields.",
            )
        if min(size.width, size.height) < self.min_side_px:
            raise ImageRefused(
                "too_small",
                f"The image has {shown} and each side needs at least {self.min_side_px}; "
                "upload the camera's original instead of a preview.",
            )


DEFAULT_LIMITS = ImageLimits()
"""The limits where an installation sets no others."""
