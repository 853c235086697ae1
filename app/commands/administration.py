"""What the commands of an admin share: the database, the image store, and in whose name they act."""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.settings import get_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.db.session import Database
    from app.storage import ImageStore


@contextmanager
def administration() -> Iterator["Session"]:
    """One transaction in the settings' database, of this version's schema, in the name of whoever runs the command."""
    with administrator() as database, database.unit_of_work() as session:
        yield session


@contextmanager
def installation() -> Iterator[tuple["Database", "ImageStore"]]:
    """Database and image store of the settings, in the name of whoever runs the command."""
    from app.storage import create_image_store

    with administrator() as database:
        yield database, create_image_store(get_settings())


@contextmanager
def administrator() -> Iterator["Database"]:
    """The settings' database, of this version's schema, in the name of whoever runs the command."""
    from app.db.migrating import upgrade_schema
    from app.db.session import create_database
    from app.schemas.actors import Actor, ActorKind
    from app.services.accounts.acting import acting_as

    database = create_database(get_settings())
    try:
        upgrade_schema(database)
        actor = Actor(ActorKind.COMMAND, f"{_user()}@{socket.gethostname()}")
        with acting_as(actor):
            yield database
    finally:
        database.dispose()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown user"
