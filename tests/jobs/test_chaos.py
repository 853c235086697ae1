"""Two web servers and three workers, killed at random under load: every accepted image is counted exactly once.

The short version of ``bloodcount bench batch``, which is the long one.
"""

import pytest
from sqlalchemy import make_url

from app.commands.batch_benchmark import BatchPlan, measure_batch


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_processes_killed_at_random_lose_and_double_nothing(database_url: str) -> None:
    plan = BatchPlan(images=80, kills=4, webs=2, workers=3, count_s=0.05, seed=3, within_s=500)

    figures = measure_batch(plan, make_url(database_url).render_as_string(hide_password=False))

    assert figures["each_counted_exactly_once"], figures
    assert len(figures["killed"]) == 4
    assert (figures["images"], figures["results"]) == (80, 80)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_with_one_web_server_and_a_file(database_url: str) -> None:
    plan = BatchPlan(images=40, kills=2, webs=1, workers=2, count_s=0.05, seed=5, within_s=500)

    figures = measure_batch(plan, None)

    assert figures["each_counted_exactly_once"], figures
    assert figures["database"] == make_url(database_url).get_backend_name()
