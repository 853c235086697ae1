"""Choosing the image store that the settings name."""

from pathlib import Path

from fsspec.core import url_to_fs

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.image_store import ImageStore
from app.storage.local_store import LocalImageStore
from app.storage.remote_store import RemoteImageStore

_LOCAL_SCHEME = "file://"


def create_image_store(settings: Settings) -> ImageStore:
    """The image store at ``settings.storage_url``: a folder, made when missing, or any fsspec address.

    Raises:
        StorageUnavailable: The address cannot be used.
    """
    url = settings.storage_url
    folder = local_folder(url)
    try:
        if folder is not None:
            return LocalImageStore(folder)
        return RemoteImageStore(*url_to_fs(url))
    except (ImportError, OSError, ValueError) as error:
        # The address itself stays out of the message: it may hold a password.
        raise StorageUnavailable(f"The image store of BLOODCOUNT_STORAGE_URL cannot be used: {error}") from error


def local_folder(url: str) -> Path | None:
    """The folder that a storage address names; None for a store elsewhere."""
    is_local = "://" not in url or url.startswith(_LOCAL_SCHEME)
    return Path(url.removeprefix(_LOCAL_SCHEME)) if is_local else None
