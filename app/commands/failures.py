"""Turning the model's own errors into the one sentence a command ends with."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import CommandFailed


@contextmanager
def told_as_failure(*errors: type[Exception]) -> Iterator[None]:
    """Let the command end with the error's sentence when one of these errors is raised in the block.

    Raises:
        CommandFailed: One of the errors was raised.
    """
    try:
        yield
    except errors as error:
        raise CommandFailed(str(error)) from error
