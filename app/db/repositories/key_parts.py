"""Samples by a part of their accession number or patient code, told from indexes of these alone.

On PostgreSQL the indexes serve the records' own columns. On SQLite they are a table of every three characters, which
no record describes (migration 0080); where that is missing, and for parts of one or two characters, all keys are read.
"""

from sqlalchemy import ColumnElement, Select, column, exists, func, or_, select, table, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db.records import SampleRecord

_KEYS: tuple[InstrumentedAttribute[str] | InstrumentedAttribute[str | None], ...] = (
    SampleRecord.accession_key,
    SampleRecord.patient_key,
)
_INDEX = "sample_key_parts"
_REWRITE = text("INSERT INTO sample_key_parts (sample_key_parts) VALUES ('optimize')")
_INDEXED_CHARACTERS = 3
_CONTROL_CHARACTER = "\x00"
"""Where the index, written in C, would take a text to end."""


def has_part(key_part: str) -> ColumnElement[bool]:
    """Whether a part stands in a sample's accession key or patient key, told from its row."""
    return or_(*(key.contains(key_part, autoescape=True) for key in _KEYS))


def find_some(session: Session, key_part: str, *, limit: int) -> set[int]:
    """The numbers of up to ``limit`` samples that have a part, or of more where both keys were asked."""
    if session.get_bind().dialect.name != "sqlite":
        queries = [select(SampleRecord.id).where(key.contains(key_part, autoescape=True)) for key in _KEYS]
    elif len(key_part) >= _INDEXED_CHARACTERS and _CONTROL_CHARACTER not in key_part and _has_index(session):
        queries = [_from_index(key_part)]
    else:
        queries = [select(SampleRecord.id).where(key.is_not(None), func.instr(key, key_part) > 0) for key in _KEYS]
    found: set[int] = set()
    for query in queries:
        found.update(session.scalars(query.limit(limit)))
        if len(found) >= limit:
            break
    return found


def forget_erased_parts(session: Session) -> None:
    """Take out of SQLite's index what was erased from the samples; until then it keeps parts of erased keys.

    The whole index is written anew, which takes long for many samples: once an erasure, not once a sample.
    """
    if session.get_bind().dialect.name == "sqlite" and _has_index(session):
        session.flush()
        session.execute(_REWRITE)


def _from_index(key_part: str) -> Select[int]:
    index = table(_INDEX, column("rowid"), column(_INDEX))
    phrase = '"' + key_part.replace('"', '""') + '"'
    return select(index.c.rowid).where(index.c[_INDEX].op("MATCH")(phrase))


def _has_index(session: Session) -> bool:
    tables = table("sqlite_master", column("name"))
    return session.scalar(select(exists().where(tables.c.name == _INDEX))) or False
