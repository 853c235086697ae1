"""How much room is left on the disks that an upload passes through on its way in."""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from app.settings import Settings
from app.storage.opening import local_folder


@dataclass(frozen=True, slots=True)
class Disk:
    """One disk: a folder on it, and how often it holds an upload while that comes in."""

    folder: Path
    copies: int

    def free_bytes(self) -> int:
        """Bytes that an ordinary user can still write to it."""
        return shutil.disk_usage(self.folder).free


def upload_disks(settings: Settings) -> tuple[Disk, ...]:
    """The disks of the temporary folder, of a local image store and of a SQLite file, each once.

    The temporary folder holds an upload while it is received, and the store then gets a copy. What a remote store has
    left is not known beforehand.
    """
    copies: Counter[Path] = Counter([Path(tempfile.gettempdir())])
    store, database = local_folder(settings.storage_url), make_url(settings.database_url)
    if store is not None:
        copies[store] += 1
    if database.get_backend_name() == "sqlite" and database.database:
        copies[Path(database.database).parent] += 0
    disks: dict[int, Disk] = {}
    for folder, number in copies.items():
        device = folder.stat().st_dev
        known = disks.get(device)
        disks[device] = Disk(folder, number + known.copies if known else number)
    return tuple(disks.values())
