"""Cells cut out of a field and laid side by side."""

from io import BytesIO

from PIL import Image, ImageDraw

from app.web.crops import COLUMNS, crop_place, draw_sheet, sheet_size, usual_crop_px

RED_TILE_PX = 64
SQUARES = ((10.0, 10.0, 30.0, 30.0), (60.0, 40.0, 80.0, 60.0), (100.0, 10.0, 160.0, 70.0))


def field() -> Image.Image:
    """A white field with a square of a colour of its own in each box."""
    image = Image.new("RGB", (200, 100), (255, 255, 255))
    for box, colour in zip(SQUARES, ("red", "green", "blue"), strict=True):
        ImageDraw.Draw(image).rectangle(box, fill=colour)
    return image


def tile(sheet: Image.Image, position: int) -> Image.Image:
    """The crop at a position."""
    place = crop_place("RBC", position)
    left, top = place.column * place.tile_px, place.row * place.tile_px
    return sheet.crop((left, top, left + place.tile_px, top + place.tile_px))


def sheet_of(*boxes: tuple[float, float, float, float], usual_px: float = 30.0) -> Image.Image:
    with Image.open(BytesIO(draw_sheet(field(), "RBC", boxes, usual_px))) as opened:
        return opened.convert("RGB")


def middle(crop: Image.Image) -> str:
    """Which of red, green and blue the middle is."""
    pixel = crop.getpixel((RED_TILE_PX // 2, RED_TILE_PX // 2))
    assert isinstance(pixel, tuple)
    return ("red", "green", "blue")[max(range(3), key=lambda channel: pixel[channel])]


def test_each_cell_is_in_the_middle_of_its_tile_in_the_order_given() -> None:
    sheet = sheet_of(*SQUARES)

    assert [middle(tile(sheet, position)) for position in range(3)] == ["red", "green", "blue"]


def test_cells_of_a_class_keep_one_scale_so_that_a_large_one_looks_large() -> None:
    boxes = (SQUARES[0], SQUARES[1], (12.0, 12.0, 27.0, 27.0))
    usual_px = usual_crop_px("RBC", boxes)

    assert usual_px == 1.5 * 20
    sheet = sheet_of(*boxes, usual_px=usual_px)
    # Both tiles show 30 px of the field, so the whole red square can be seen on the smaller cell's tile as well.
    assert tile(sheet, 0).getpixel((2, 2)) != tile(sheet, 0).getpixel((32, 32))
    widths = [sum(tile(sheet, place).getpixel((x, 32))[1] < 120 for x in range(RED_TILE_PX)) for place in (0, 2)]  # type: ignore[index]
    assert abs(widths[0] - widths[1]) <= 3


def test_a_cell_at_the_border_has_background_beside_it_and_not_black() -> None:
    sheet = sheet_of((0.0, 0.0, 20.0, 20.0))

    corner = tile(sheet, 0).getpixel((1, 1))
    assert isinstance(corner, tuple)
    assert min(corner) > 200


def test_a_sheet_is_as_large_as_its_cells_need() -> None:
    assert sheet_size("RBC", 1) == (COLUMNS * RED_TILE_PX, RED_TILE_PX)
    assert sheet_size("RBC", COLUMNS + 1) == (COLUMNS * RED_TILE_PX, 2 * RED_TILE_PX)
    assert usual_crop_px("RBC", ()) == 0
