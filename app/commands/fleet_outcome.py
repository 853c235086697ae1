"""What became of a batch, read from the database that the fleet wrote."""

from dataclasses import dataclass

from sqlalchemy import distinct, func, select

from app.db.records import AnalysisRecord, FieldImageRecord
from app.db.session import Database


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many images there are, how many are counted and by how many results, their red cells, and their starts."""

    images: int
    counted: int
    results: int
    images_with_result: int
    red_cells: int
    most_starts: int

    def is_each_counted_once(self, images: int, red_cells: int) -> bool:
        """Whether so many images have one result each, and their cells add up to what they must."""
        numbers = (self.images, self.counted, self.results, self.images_with_result)
        return numbers == (images,) * 4 and self.red_cells == red_cells


def read_outcome(database: Database) -> Outcome:
    """The outcome at this moment."""
    with database.unit_of_work() as session:
        images, most = session.execute(select(func.count(), func.max(FieldImageRecord.attempts))).one()
        counted = session.scalar(select(func.count()).where(FieldImageRecord.status == "counted"))
        columns = (func.count(), func.count(distinct(AnalysisRecord.image_id)), func.sum(AnalysisRecord.rbc))
        results, with_result, red_cells = session.execute(select(*columns)).one()
    return Outcome(images, counted or 0, results, with_result, red_cells or 0, most or 0)


def count_results(database: Database) -> int:
    """How many results there are by now."""
    with database.unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(AnalysisRecord)) or 0


def network_seconds(database: Database) -> tuple[float, float]:
    """Over all results: seconds in the network, and seconds in the counter with decoding and all."""
    with database.unit_of_work() as session:
        timings = list(session.scalars(select(AnalysisRecord.timings_ms)))
    network, total = (sum(one.get(stage, 0.0) for one in timings) / 1000 for stage in ("network", "total"))
    return network, total
