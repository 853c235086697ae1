"""The groups of sources that are left out of training together: pictures of one origin, whoever labelled them."""

from collections.abc import Sequence

from model.data.fields import LabelMode
from model.data.packed import PackedField

_GROUP_OF: dict[str, str] = {
    "bccd": "bccd",
    "txl-pbc-bccd": "bccd",
    "txl-pbc-pbc": "pbc",
    "pbc-acevedo": "pbc",
    "txl-pbc-raabin": "raabin",
    "deep-bio-net": "deep-bio-net",
    "chula-rbc-12": "chula",
}

SOURCE_GROUPS: tuple[str, ...] = tuple(dict.fromkeys(_GROUP_OF.values()))
"""The names that ``--leave-out`` takes."""


class UnknownSourceGroup(ValueError):
    """A source is in no group, or a group is unknown."""


def group_of(source: str) -> str:
    """The group of a field's source (``PackedField.source``).

    Raises:
        UnknownSourceGroup: The table lacks the source; a guess could let a picture into training and test alike.
    """
    found = _GROUP_OF.get(source)
    if found is None:
        known = ", ".join(sorted(_GROUP_OF))
        raise UnknownSourceGroup(
            f"the source {source!r} is in no group; known: {known}. Add it to model/data/source_groups.py"
        )
    return found


def check_group(group: str) -> None:
    """Accept the name of a group.

    Raises:
        UnknownSourceGroup: There is no such group.
    """
    if group not in SOURCE_GROUPS:
        raise UnknownSourceGroup(f"{group!r} is no group of sources; choose one of {', '.join(SOURCE_GROUPS)}")


def without_groups(fields: Sequence[PackedField], groups: Sequence[str]) -> list[PackedField]:
    """The fields whose source is in none of the groups.

    Raises:
        UnknownSourceGroup: There is no such group, or a field's source is in none.
    """
    for group in groups:
        check_group(group)
    return [field for field in fields if not groups or group_of(field.source) not in groups]


def only_group(fields: Sequence[PackedField], group: str) -> list[PackedField]:
    """The fields of one group.

    Raises:
        UnknownSourceGroup: There is no such group, or a field's source is in none.
    """
    check_group(group)
    return [field for field in fields if group_of(field.source) == group]


def fully_labelled(fields: Sequence[PackedField]) -> list[PackedField]:
    """The fields in which the publisher labelled every class fully; only those can judge.

    Fields that a detector filled in (``pseudo_labelled_by``) are left out: it would judge itself.

    Raises:
        ValueError: There is no such field.
    """
    chosen = [
        field
        for field in fields
        if field.pseudo_labelled_by is None and all(mode is LabelMode.FULL for mode in field.label_modes)
    ]
    if not chosen:
        raise ValueError("there is no field with every class labelled by the publisher; choose another part")
    return chosen
