"""The example: a drawn smear that anybody can try."""

from io import BytesIO

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.schemas.uploads import CountPriority, IncomingFile
from app.services.samples.samples import create_sample
from app.web.dependencies import ContextDep
from app.web.example_smear import EXAMPLE_FILE_NAME, example_png, example_preview_jpeg, new_example_sample
from app.web.incoming_files import take_in

router = APIRouter()


@router.get("/example.jpg")
def show_example_preview() -> Response:
    """The drawn smear, small."""
    return Response(example_preview_jpeg(), media_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})


@router.post("/example")
def submit_example(context: ContextDep) -> RedirectResponse:
    """Make a sample from the drawn smear and show it."""
    with context.database.unit_of_work() as session:
        sample = create_sample(session, new=new_example_sample())
    drawing = IncomingFile(EXAMPLE_FILE_NAME, BytesIO(example_png()))
    take_in(context, sample_id=sample.id, files=[drawing], priority=CountPriority.INTERACTIVE)
    return RedirectResponse(f"/samples/{sample.id}", status_code=303)
