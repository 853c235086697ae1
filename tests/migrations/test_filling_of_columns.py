"""A database that is in use already gets the worklist's numbers from what is written there, and the first ranges."""

import json

from alembic import command
from sqlalchemy import Connection, text

from app.db.migrating import upgrade_schema
from app.db.session import Database
from app.services.figures.reference_ranges import current_ranges
from tests.migrations.test_schema_upgrade import alembic_over

MOMENT = "2026-11-23 00:00:00+00"
WARNINGS = [{"code": "too_thin", "message": "x"}, {"code": "out_of_focus", "message": "y"}]


def insert(connection: Connection, table: str, **values: object) -> None:
    columns, names = ", ".join(f'"{name}"' for name in values), ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({names})"), values)  # noqa: S608


def add_image(connection: Connection, image_id: int, warnings: list[dict[str, str]]) -> None:
    insert(
        connection,
        "field_image",
        id=image_id,
        sample_id=1,
        sha256=str(image_id),
        storage_key="k",
        file_name="a.png",
        byte_size=1,
        format="PNG",
        priority=1,
        status="counted",
        attempts=1,
        job_round=0,
        uploaded_at=MOMENT,
        warnings=json.dumps(warnings),
    )


def add_analysis(connection: Connection, analysis_id: int, image_id: int, differential: str | None) -> None:
    insert(
        connection,
        "analysis",
        id=analysis_id,
        image_id=image_id,
        weights_name="w",
        weights_version="1",
        weights_sha256=str(analysis_id),
        status="counted",
        timings_ms="{}",
        result_json="{}",
        created_at=MOMENT,
        differential=differential,
    )


def add_review(connection: Connection, analysis_id: int, revision: int, differential: str | None) -> None:
    done = dict.fromkeys(("confirmed", "relabelled", "added", "removed"), 0)
    numbers = {"id": analysis_id, "analysis_id": analysis_id, "revision": revision, "updated_at": MOMENT}
    insert(connection, "review", differential=differential, **numbers, **done)


def test_warnings_and_unidentified_cells_of_older_images_are_found(empty_database: Database) -> None:
    with alembic_over(empty_database) as config:
        command.upgrade(config, "0030")
    with empty_database.engine.begin() as connection:
        insert(connection, "sample", id=1, accession_number="1", accession_key="1", created_at=MOMENT)
        for image_id, warnings in ((1, WARNINGS), (2, []), (3, []), (4, []), (5, [])):
            add_image(connection, image_id, warnings)
        add_analysis(connection, 1, 1, '{"neutrophil": 3, "unidentified": 4}')
        add_analysis(connection, 2, 2, '{"neutrophil": 3, "unidentified": 9}')
        add_analysis(connection, 3, 2, '{"neutrophil": 3, "unidentified": 5}')  # the newer one counts
        add_analysis(connection, 4, 3, '{"neutrophil": 3, "unidentified": 7}')
        add_review(connection, 4, 2, '{"neutrophil": 9, "unidentified": 1}')  # and a person's word
        add_analysis(connection, 5, 4, '{"unidentified": 6}')
        add_review(connection, 5, 0, None)  # opened, never edited
        add_analysis(connection, 6, 5, None)

    upgrade_schema(empty_database)

    with empty_database.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, warning_count, unidentified_cells FROM field_image ORDER BY id"))
        assert [tuple(row) for row in rows] == [(1, 2, 4), (2, 0, 5), (3, 0, 1), (4, 0, 6), (5, 0, 0)]


def test_the_first_ranges_are_there_from_the_start(database: Database) -> None:
    with database.unit_of_work() as session:
        ranges = current_ranges(session)

    assert ranges.version == 1
    assert len(ranges.ranges) == 14
    assert all(one.source for one in ranges.ranges)
