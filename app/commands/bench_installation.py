"""``bloodcount bench batch``, ``overhead``, ``workers``, ``job``, ``swap``, ``seed`` and ``history``."""

import json
from typing import Annotated

import typer

from app.settings import get_settings

DatabaseUrl = Annotated[
    str | None, typer.Option(help="An empty database to use.  [default: a SQLite file, deleted afterwards]")
]


def batch(
    *,
    images: Annotated[int, typer.Option(min=1, help="Images of the batch.")] = 2000,
    kills: Annotated[int, typer.Option(min=0, help="Processes killed with SIGKILL on the way.")] = 5,
    webs: Annotated[int, typer.Option(min=1, help="Web servers.")] = 2,
    workers: Annotated[int, typer.Option(min=1, help="Workers.")] = 3,
    count_ms: Annotated[float, typer.Option(min=0, help="Time that the stand-in for the network takes.")] = 20.0,
    seed: Annotated[int, typer.Option(help="Of the choice whom to kill and when.")] = 1,
    database_url: DatabaseUrl = None,
) -> None:
    """Send a batch, kill web servers and workers at random, and see that each image is counted exactly once."""
    from app.commands.batch_benchmark import BatchPlan, measure_batch

    plan = BatchPlan(images=images, kills=kills, webs=webs, workers=workers, count_s=count_ms / 1000, seed=seed)
    figures = measure_batch(plan, database_url)
    typer.echo(json.dumps(figures, indent=2))
    if not figures["each_counted_exactly_once"]:
        raise typer.Exit(1)


def workers(
    images: Annotated[int, typer.Option(min=1, help="Images that each of the two runs counts.")] = 100,
    database_url: DatabaseUrl = None,
) -> None:
    """Time two workers of one thread each beside one, with the network."""
    from app.commands.workers_benchmark import measure_workers

    typer.echo(json.dumps(measure_workers(database_url, images), indent=2))


def overhead(
    images: Annotated[int, typer.Option(min=1, help="Images of the batch.")] = 500,
    database_url: DatabaseUrl = None,
) -> None:
    """Time a batch from upload to results, and tell what is around the network as a share of the network's time."""
    from app.commands.workers_benchmark import measure_overhead

    typer.echo(json.dumps(measure_overhead(database_url, images), indent=2))


def job(
    jobs: Annotated[int, typer.Option(min=1, help="Jobs that are measured.")] = 300,
    database_url: DatabaseUrl = None,
) -> None:
    """Time what a job costs beside its counting, with a stand-in counter that takes no time."""
    from app.commands.workers_benchmark import measure_job_overhead

    typer.echo(json.dumps(measure_job_overhead(database_url, jobs), indent=2))


def swap(
    swaps: Annotated[int, typer.Option(min=1, help="Changes of weights.")] = 50,
    workers: Annotated[int, typer.Option(min=1, help="Workers that count meanwhile.")] = 2,
    database_url: DatabaseUrl = None,
) -> None:
    """Change weights again and again while workers count, and see that each result names those that made it."""
    from app.commands.swap_benchmark import measure_swaps

    figures = measure_swaps(swaps, workers, database_url)
    typer.echo(json.dumps(figures, indent=2))
    faults = ("images_lost", "images_counted_more_than_once", "results_that_name_two_weights")
    if any(figures[fault] for fault in (*faults, "counted_again_and_different")):
        raise typer.Exit(1)


def seed(samples: Annotated[int, typer.Option(min=1, help="Samples to make up.")] = 200_000) -> None:
    """Fill the EMPTY database of BLOODCOUNT_DATABASE_URL with made-up samples, each with one counted image."""
    from app.commands.history_seeding import seed_history
    from app.db.session import create_database

    database = create_database(get_settings())
    try:
        seed_history(database, samples)
    finally:
        database.dispose()
    typer.echo(f"The database has {samples:,} made-up samples; 'bloodcount bench history' times their list.")


def history(rounds: Annotated[int, typer.Option(min=4, help="Requests of each kind.")] = 60) -> None:
    """Time the list of samples and the search in it over HTTP, on the database of BLOODCOUNT_DATABASE_URL."""
    from app.commands.history_benchmark import measure_history
    from app.db.session import create_database

    settings = get_settings()
    database = create_database(settings)
    try:
        figures = measure_history(settings, database, rounds)
    finally:
        database.dispose()
    typer.echo(json.dumps(figures, indent=2))
