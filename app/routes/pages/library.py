"""The reference library: look at it, add confirmed cells, take one out."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from PIL import Image

from app.schemas.reference_cells import AddedCells, CellsToAdd, FieldCells
from app.services.queue.results import image_content
from app.services.reviews.reference_library import (
    add_to_library,
    confirmed_cells,
    library_pictures,
    remove_from_library,
)
from app.settings import Settings
from app.web.crops import draw_cell, join_cells, usual_crop_px
from app.web.dependencies import ActorDep, SessionDep, SettingsDep, StoreDep
from app.web.library_view import library_values, picture_ids
from app.web.templating import render_page
from model.preprocessing import ImageLimits, decode_image

router = APIRouter(prefix="/library")

_FOR_EVER = "private, max-age=31536000, immutable"
"""A picture never changes, and its number is never given again."""


@router.get("")
def show_library(
    session: SessionDep, kind: Annotated[str, Query(alias="type")] = "WBC:neutrophil", page: int = 1
) -> HTMLResponse:
    """The reference cells of one type."""
    return render_page("library.html", library_values(session, kind, page))


@router.get("/pictures.jpg")
def show_pictures(session: SessionDep, cells: str = "") -> Response:
    """Reference cells side by side on one picture."""
    sheet = join_cells(library_pictures(session, picture_ids(cells)))
    return Response(sheet, media_type="image/jpeg", headers={"Cache-Control": _FOR_EVER})


@router.post("/cells")
def submit_cells(
    session: SessionDep, store: StoreDep, settings: SettingsDep, actor: ActorDep, wanted: CellsToAdd
) -> AddedCells:
    """Put confirmed cells of a field into the library."""
    field = confirmed_cells(session, image_id=wanted.image_id, names=wanted.cells)
    with image_content(session, store, image_id=wanted.image_id).stream as stream:
        content = stream.read()
    return add_to_library(session, field, _pictures(field, content, settings), actor)


@router.post("/cells/{reference_cell_id}/remove")
def submit_removal(session: SessionDep, actor: ActorDep, reference_cell_id: int) -> RedirectResponse:
    """Take a cell out of the library."""
    removed = remove_from_library(session, cell_id=reference_cell_id, actor=actor)
    return RedirectResponse(f"/library?type={removed.cell_class}:{removed.subtype}", status_code=303)


def _pictures(field: FieldCells, content: bytes, settings: Settings) -> list[bytes]:
    """The cells cut out of their field, which is decoded once."""
    if not field.cells:
        return []
    limits = ImageLimits(max_file_bytes=settings.max_file_bytes, max_pixels=settings.max_image_pixels)
    image = Image.fromarray(decode_image(content, limits).image_hwc_u8)
    usual_px = {name: usual_crop_px(name, boxes) for name, boxes in field.usual_boxes.items()}
    return [draw_cell(image, cell.box, usual_px.get(cell.cell_class, 0.0)) for cell in field.cells]
