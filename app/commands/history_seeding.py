"""A made-up history of many samples, each with one counted image, to measure the list of samples with.

Every twentieth has a warning, every 5003rd an unidentified cell, as numbers only.
"""

from sqlalchemy import func, select, text

from app.db.migrating import upgrade_schema
from app.db.records import SampleRecord
from app.db.session import Database
from app.errors import CommandFailed

_MOMENTS = {
    "postgresql": "timestamptz '2016-01-01 00:00:00+00' + n.i * interval '5 minutes'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', 1451606400 + n.i * 300, 'unixepoch') || '.000000'",
}
_ACCESSION = "CAST(16 + n.i * 5 / 525600 AS VARCHAR(4)) || '-' || CAST(10000000 + n.i AS VARCHAR(12))"
_PATIENT_CODE = "CASE WHEN n.i % 3 = 0 THEN 'p-' || CAST(1000000 + n.i / 9 AS VARCHAR(12)) END"
"""Three samples of each patient."""

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :samples)"

_SAMPLES = """
INSERT INTO sample (id, accession_number, accession_key, created_at, patient_code, patient_key)
{numbers} SELECT n.i, {accession}, {accession}, {moment}, {code}, {code} FROM n
"""
_IMAGES = """
INSERT INTO field_image (id, sample_id, sha256, storage_key, file_name, byte_size, format, width, height, priority,
    status, attempts, job_round, uploaded_at, warnings, warning_count, unidentified_cells)
{numbers} SELECT n.i, n.i, '0', '0', 'field.png', 100000, 'PNG', 640, 480, 1,
    CASE WHEN n.i % 97 = 0 THEN 'failed' ELSE 'counted' END, 1, 0, {moment},
    '[]', CASE WHEN n.i % 20 = 0 THEN 1 ELSE 0 END,
    CASE WHEN n.i % 5003 = 0 THEN 2 ELSE 0 END FROM n
"""
_ANALYSES = """
INSERT INTO analysis (image_id, weights_name, weights_version, weights_sha256, status, rbc, wbc, plt, nrbc, timings_ms,
    result_json, created_at)
{numbers} SELECT n.i, 'seeded', '1', '0', 'counted', n.i % 400, n.i % 9, n.i % 31, 0, '{{}}', '{{}}', {moment}
    FROM n WHERE n.i % 97 <> 0
"""


def seed_history(database: Database, samples: int) -> None:
    """Fill an empty database: the images are rows only, without any file.

    Raises:
        CommandFailed: The database has samples already; nothing was changed.
    """
    upgrade_schema(database)
    with database.unit_of_work() as session:
        if session.scalar(select(SampleRecord.id).limit(1)) is not None:
            raise CommandFailed("the database has samples already; made-up ones go into an empty database only")
        dialect = session.get_bind().dialect.name
        for statement in (_SAMPLES, _IMAGES, _ANALYSES):
            # Text of this module and a number: nothing comes from outside.
            filled = statement.format(
                numbers=_NUMBERS, accession=_ACCESSION, code=_PATIENT_CODE, moment=_MOMENTS[dialect]
            )
            session.execute(text(filled), {"samples": samples})
        if dialect == "postgresql":
            for table in ("sample", "field_image"):
                restart = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :samples)")
                session.execute(restart, {"table": table, "samples": samples})
        session.execute(text("ANALYZE"))


def count_samples(database: Database) -> int:
    """How many samples there are."""
    with database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(SampleRecord)) or 0
