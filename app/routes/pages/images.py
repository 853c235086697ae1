"""One image: as uploaded, as a browser can show it, and what was found in it."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.services.results import image_content, image_result
from app.web.csv_tables import image_cells_csv
from app.web.dependencies import SessionDep, SettingsDep, StoreDep
from app.web.display_image import needs_preview, preview_jpeg
from app.web.downloads import csv_download, json_download, stream_image
from model.preprocessing import ImageLimits

router = APIRouter()


@router.get("/images/{image_id}/content")
def show_content(session: SessionDep, store: StoreDep, image_id: int) -> Response:
    """The image exactly as it was uploaded."""
    return stream_image(image_content(session, store, image_id=image_id))


@router.get("/images/{image_id}/display")
def show_display(session: SessionDep, store: StoreDep, settings: SettingsDep, image_id: int) -> Response:
    """The image upright, in a form that every browser shows."""
    content = image_content(session, store, image_id=image_id)
    if not needs_preview(content.stream, content.media_type):
        return stream_image(content)
    with content.stream as stream:
        limits = ImageLimits(max_file_bytes=settings.max_file_bytes, max_pixels=settings.max_image_pixels)
        return Response(preview_jpeg(stream, limits), media_type="image/jpeg", headers={"Cache-Control": "private"})


@router.get("/images/{image_id}/result.json")
def show_result_json(session: SessionDep, image_id: int) -> Response:
    """The result record of an image."""
    return json_download(image_result(session, image_id=image_id), f"image-{image_id}-result.json")


@router.get("/images/{image_id}/cells.csv")
def show_cells_csv(session: SessionDep, image_id: int) -> Response:
    """The cells of an image, one line a cell."""
    record = image_result(session, image_id=image_id)
    return csv_download(image_cells_csv(record), f"image-{image_id}-cells.csv")
