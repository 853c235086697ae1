"""What can be downloaded of a sample."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.services.queue.results import image_result
from app.services.samples.samples import sample_detail
from app.web.csv_tables import sample_counts_csv
from app.web.dependencies import GradingSchemeDep, SessionDep
from app.web.downloads import csv_download, json_download

router = APIRouter()


@router.get("/samples/{sample_id}/counts.csv")
def show_counts_csv(session: SessionDep, sample_id: int) -> Response:
    """The counts of a sample, one line an image."""
    sample = sample_detail(session, sample_id=sample_id)
    table = sample_counts_csv(sample, lambda image_id: image_result(session, image_id=image_id))
    return csv_download(table, f"sample-{sample_id}-counts.csv")


@router.get("/samples/{sample_id}/sample.json")
def show_sample_json(session: SessionDep, scheme: GradingSchemeDep, sample_id: int) -> Response:
    """The sample as the API gives it."""
    return json_download(sample_detail(session, sample_id=sample_id, scheme=scheme), f"sample-{sample_id}.json")
