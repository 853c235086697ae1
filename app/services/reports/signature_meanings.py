"""What a signature can say, read from the file that ships with this program."""

import tomllib
from functools import lru_cache
from pathlib import Path

from app.errors import InvalidInput
from app.schemas.signed_reports import SignatureMeaning

_FILE = Path(__file__).with_suffix(".toml")


@lru_cache(maxsize=1)
def signature_meanings() -> tuple[SignatureMeaning, ...]:
    """Every meaning that a signature can have, in the order of the file."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(SignatureMeaning.model_validate(entry) for entry in read["meanings"])


def chosen_meaning(meaning_id: str) -> SignatureMeaning:
    """The meaning of this id.

    Raises:
        InvalidInput: There is none.
    """
    for meaning in signature_meanings():
        if meaning.id == meaning_id:
            return meaning
    raise InvalidInput("meaning", "Choose what your signature says.")
