"""Choosing the image store that the settings name."""

from pathlib import Path

from fsspec.core import url_to_fs

from app.errors import StorageUnavailable
from app.settings import Settings
from app.storage.image_store import ImageStore
from app.storage.local_store import LocalImageStore
from app.storage.remote_store import RemoteImageStore

_LOCAL_SCHEME = "file://"

_S3_SCHEMES = ("s3://", "s3a://")
_S3_OPTIONS = {
    # Another process may have added or removed what a list remembered here says.
    "use_listings_cache": False,
    # A store that is away is told of in seconds, so that a page says so and a job waits for it in good order.
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2, "mode": "standard"}},
}


def create_image_store(settings: Settings) -> ImageStore:
    """The image store at ``settings.storage_url``: a folder, made when missing, or any fsspec address.

    A bucket is not made: its name may be mistyped, and how it is kept is for its owner to say.

    Raises:
        StorageUnavailable: The address cannot be used, or nothing can be written there now.
    """
    url = settings.storage_url
    folder = local_folder(url)
    try:
        if folder is not None:
            return LocalImageStore(folder)
        store = RemoteImageStore(*url_to_fs(url, **(_S3_OPTIONS if url.startswith(_S3_SCHEMES) else {})))
        store.check()
    except StorageUnavailable as error:
        raise StorageUnavailable(
            f"Nothing can be written to BLOODCOUNT_STORAGE_URL: {error.message} Look at the address and the rights; "
            "a bucket must exist already."
        ) from error
    except (ImportError, OSError, ValueError) as error:
        # The address itself stays out of the message: it may hold a password.
        raise StorageUnavailable(f"The image store of BLOODCOUNT_STORAGE_URL cannot be used: {error}") from error
    return store


def local_folder(url: str) -> Path | None:
    """The folder that a storage address names; None for a store elsewhere."""
    is_local = "://" not in url or url.startswith(_LOCAL_SCHEME)
    return Path(url.removeprefix(_LOCAL_SCHEME)) if is_local else None
