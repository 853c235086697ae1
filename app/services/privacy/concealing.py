"""What a sample was called, in the audit trail: named by a digest there, kept beside it, and erased with the sample.

The trail can never be changed, and what it says of a person may have to be. So accession number, patient code and note
are in it as the SHA-256 of a random salt and the value: it proves what the value was as long as salt and value are kept
with the sample, and tells nothing once they are erased.
"""

import hashlib
import json
import re
import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.records import ConcealedValueRecord

CONCEALED_FIELDS = frozenset({"accession_number", "patient_code", "note"})
_MARK = "concealed:"
_DIGEST = re.compile(rf"{_MARK}([0-9a-f]{{64}})")
_ERASED = "(erased)"


def conceal(session: Session, *, sample_id: int, values: dict[str, Any] | None) -> dict[str, Any] | None:
    """The values as the trail keeps them; what they stand for is kept beside it."""
    if values is None:
        return None
    return {
        name: _concealed(session, sample_id, value) if name in CONCEALED_FIELDS and value is not None else value
        for name, value in values.items()
    }


def reveal(session: Session, written: str | None) -> str | None:
    """An entry's values as people read them; what was erased is said to be."""
    if written is None or _MARK not in written:
        return written
    query = select(ConcealedValueRecord.digest, ConcealedValueRecord.value)
    rows = session.execute(query.where(ConcealedValueRecord.digest.in_(_DIGEST.findall(written))))
    found = {row.digest: row.value for row in rows}
    # Each digest stands between quotation marks of the JSON, and so has to what takes its place.
    return _DIGEST.sub(lambda digest: json.dumps(found.get(digest[1], _ERASED))[1:-1], written)


def _concealed(session: Session, sample_id: int, value: object) -> str:
    salt, text = secrets.token_hex(32), str(value)
    digest = hashlib.sha256((salt + text).encode()).hexdigest()
    session.add(ConcealedValueRecord(sample_id=sample_id, digest=digest, salt=salt, value=text))
    return _MARK + digest
