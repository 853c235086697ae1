"""One way to write a value as JSON, so that equal values have equal bytes and equal hashes."""

import hashlib
import json
from typing import Any

from app.schemas.base import Schema


def canonical_json(value: Schema | Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """The value with its keys sorted, without spaces, in Unicode and not escaped; in UTF-8 it is what is hashed.

    As RFC 8785 has it, but for numbers, which Python writes in their shortest form that reads back the same.

    Raises:
        ValueError: A number is not finite.
    """
    plain = value.model_dump(mode="json") if isinstance(value, Schema) else value
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
