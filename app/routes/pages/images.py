"""One image: whole, as a browser can show it, and what was found in it."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.services.images.decoding.reader import image_reader
from app.services.images.served_images import shown_image, whole_image
from app.services.queue.results import image_content, image_result
from app.web.csv_tables import image_cells_csv
from app.web.dependencies import SessionDep, SettingsDep, StoreDep
from app.web.downloads import csv_download, image_answer, json_download

router = APIRouter()


@router.get("/images/{image_id}/content")
def show_content(session: SessionDep, store: StoreDep, settings: SettingsDep, image_id: int) -> Response:
    """The whole image with every pixel as it was uploaded, without the camera's notes."""
    content = image_content(session, store, image_id=image_id)
    with content.stream as stream:
        return image_answer(whole_image(stream, image_reader(settings)), content.file_name)


@router.get("/images/{image_id}/display")
def show_display(session: SessionDep, store: StoreDep, settings: SettingsDep, image_id: int) -> Response:
    """The image upright, in a form that every browser shows."""
    content = image_content(session, store, image_id=image_id)
    with content.stream as stream:
        return image_answer(shown_image(stream, image_reader(settings)), content.file_name)


@router.get("/images/{image_id}/result.json")
def show_result_json(session: SessionDep, image_id: int) -> Response:
    """The result record of an image."""
    return json_download(image_result(session, image_id=image_id), f"image-{image_id}-result.json")


@router.get("/images/{image_id}/cells.csv")
def show_cells_csv(session: SessionDep, image_id: int) -> Response:
    """The cells of an image, one line a cell."""
    record = image_result(session, image_id=image_id)
    return csv_download(image_cells_csv(record), f"image-{image_id}-cells.csv")
