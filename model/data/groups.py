"""Which laboratory's pictures a source holds: what must be left out together to leave a laboratory out."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

GROUP_OF_SOURCE: dict[str, str] = {
    "bccd": "bccd",
    "txl-pbc-bccd": "bccd",
    "pbc-acevedo": "pbc",
    "txl-pbc-pbc": "pbc",
    "txl-pbc-raabin": "raabin",
    "deep-bio-net": "deep-bio-net",
    "chula-rbc-12": "chula",
}
"""The group of each source; several sources show pictures of one laboratory."""


class HasSource(Protocol):
    """Whatever names the source it comes from."""

    @property
    def source(self) -> str:
        """Name of the source, such as ``txl-pbc-bccd``."""


Sourced = TypeVar("Sourced", bound=HasSource)


class UnknownGroup(ValueError):
    """A name is no group of sources."""


def group_of(source: str) -> str:
    """The group of a source; a source that is not in the table is a group of its own."""
    return GROUP_OF_SOURCE.get(source, source)


def without_groups(fields: Iterable[Sourced], left_out: Sequence[str]) -> list[Sourced]:
    """The fields of no group in ``left_out``.

    Raises:
        UnknownGroup: A name is no group; leaving nothing out in silence would make a figure a lie.
    """
    unknown = sorted(set(left_out) - set(GROUP_OF_SOURCE.values()))
    if unknown:
        known = ", ".join(sorted(set(GROUP_OF_SOURCE.values())))
        raise UnknownGroup(f"unknown source {', '.join(unknown)} to leave out; choose of: {known}")
    return [field for field in fields if group_of(field.source) not in left_out]
