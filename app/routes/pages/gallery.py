"""The galleries: a sample's cells by type, and the pictures they are cut from."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import HTMLResponse, Response

from app.services.images.decoding.reader import image_reader
from app.services.images.served_images import upright_pixels
from app.services.queue.results import image_content
from app.services.reviews.crop_sheets import SheetAddress, sheet_boxes
from app.services.reviews.reviews import field_review
from app.services.samples.samples import sample_detail
from app.web.crops import draw_sheet, usual_crop_px
from app.web.dependencies import SessionDep, SettingsDep, StoreDep
from app.web.editor import EditorDep
from app.web.gallery_view import CLASS_OF_KIND, GalleryKind, build_gallery_view
from app.web.library_view import library_beside
from app.web.templating import render_page
from model.classes import CellClass

router = APIRouter()

_FOR_EVER = "private, max-age=31536000, immutable"
"""A sheet's address tells its content: the network's cells never change, and a person's are only added."""


@router.get("/samples/{sample_id}/gallery")
def show_gallery(
    session: SessionDep,
    editor: EditorDep,
    sample_id: int,
    cells: Annotated[GalleryKind, Query()] = GalleryKind.WHITE,
    page: int = 1,
) -> HTMLResponse:
    """The white or the red cells of a sample, by type."""
    sample = sample_detail(session, sample_id=sample_id)
    view = build_gallery_view(sample, cells, lambda image_id: field_review(session, image_id=image_id), page=page)
    library = library_beside(session, CLASS_OF_KIND[cells].value)
    return render_page("gallery.html", {"view": view, "editor": editor, "library": library})


def _sheet_address(
    image_id: int,
    analysis_id: int,
    origin: Literal["network", "person"],
    cell_class: CellClass,
    number: Annotated[int, Path(ge=0)],
) -> SheetAddress:
    return SheetAddress(image_id, analysis_id, origin, cell_class.value, number)


SheetAddressDep = Annotated[SheetAddress, Depends(_sheet_address)]


@router.get("/images/{image_id}/crops/{analysis_id}/{origin}-{cell_class}-{number}.jpg")
def show_crops(session: SessionDep, store: StoreDep, settings: SettingsDep, address: SheetAddressDep) -> Response:
    """Cells of a field on one picture: the field is decoded once for hundreds of them."""
    found = sheet_boxes(session, address)
    with image_content(session, store, image_id=address.image_id).stream as stream:
        field = upright_pixels(stream, image_reader(settings))
    usual_px = usual_crop_px(address.cell_class, found.network_boxes)
    sheet = draw_sheet(field, address.cell_class, found.boxes, usual_px)
    return Response(sheet, media_type="image/jpeg", headers={"Cache-Control": _FOR_EVER})
