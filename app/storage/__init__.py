"""The image store: images kept under the SHA-256 of their bytes."""

from app.storage.image_store import ImageStore, IncomingImage
from app.storage.opening import create_image_store

__all__ = ["ImageStore", "IncomingImage", "create_image_store"]
