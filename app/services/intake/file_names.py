"""File names as people gave them, made fit to be shown. They never name anything on disk."""

import unicodedata

MAX_NAME_CHARACTERS = 120
_UNNAMED = "unnamed image"
_JOINER = "\u200d"
"""Joins several characters into one emoji; the only invisible character that is kept."""


def display_name(given: str) -> str:
    """The last part of a path, without control, invisible and direction-changing characters, of bearable length.

    Of a long name the middle is left out, so that its beginning and its extension stay.
    """
    last_part = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(character for character in last_part if _is_visible(character))
    name = " ".join(unicodedata.normalize("NFC", visible).split()).strip(_JOINER)
    if not name.strip(". "):
        return _UNNAMED
    if len(name) > MAX_NAME_CHARACTERS:
        name = f"{name[: MAX_NAME_CHARACTERS - 21]}…{name[-20:]}"
    return name


def _is_visible(character: str) -> bool:
    return character == _JOINER or character.isspace() or unicodedata.category(character)[0] != "C"
