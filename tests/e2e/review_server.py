"""The whole application with a stand-in that names the cells of drawn smears, some of them wrongly or not at all.

``python -m tests.e2e.review_server`` draws its smears into the current folder: ``field-1.png`` to ``field-3.png`` with
12 white cells each and, if asked ``--with-large``, ``large.png`` with 1,500 cells. Other images get one of each kind.
"""

import random
import socket
import sys
from pathlib import Path

import uvicorn

from app.main import create_app
from app.settings import get_settings
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.preprocessing import decode_image
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import BoxXyxy, DetectedCell, FieldResult, Size
from tests.web.counters import TEST_WEIGHTS, KnowingCounter

SMALL_FIELDS = 3
SMALL_WHITE_CELLS = 12
LARGE_CELLS = 1500
_CANDIDATES = 6
_UNSURE = {
    CellClass.WHITE_BLOOD_CELL: WhiteCellSubtype.UNIDENTIFIED.value,
    CellClass.RED_BLOOD_CELL: RedCellSubtype.UNCATEGORISED.value,
}
_LEAST_PROBABILITY = 0.6


def small_recipe(seed: int) -> SmearRecipe:
    """A field with many white cells, so that few images make a differential."""
    return SmearRecipe(
        size=Size(960, 720),
        red_cells=40,
        white_cells=SMALL_WHITE_CELLS,
        platelets=8,
        red_cell_diameter_px=56,
        seed=seed,
    )


def large_recipe() -> SmearRecipe:
    """A field of 1,500 cells."""
    return SmearRecipe(
        size=Size(2600, 1950),
        red_cells=LARGE_CELLS - 80,
        white_cells=20,
        platelets=60,
        red_cell_diameter_px=48,
        clumping=0.2,
        seed=5,
    )


class NamingCounter(KnowingCounter):
    """Names the cells of drawn smears as a network would: with a probability, and not where it is low."""

    def __init__(self, known: dict[bytes, tuple[DetectedCell, ...]]) -> None:
        super().__init__()
        self.named = known

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:  # noqa: ARG002
        """Count one image."""
        if image_bytes not in self.named:
            return super().count(image_bytes)
        size = decode_image(image_bytes).size
        return FieldResult("counted", TEST_WEIGHTS, size, cells=self.named[image_bytes], timings_ms={"network": 1.0})


def drawn_fields(folder: Path, *, with_large: bool) -> dict[bytes, tuple[DetectedCell, ...]]:
    """Draw the smears into a folder; their bytes with the cells that the stand-in finds on them."""
    recipes = {f"field-{seed}.png": small_recipe(seed) for seed in range(1, SMALL_FIELDS + 1)}
    if with_large:
        recipes["large.png"] = large_recipe()
    known = {}
    for name, recipe in recipes.items():
        smear = render_smear(recipe)
        content = encode_png(smear.image_hwc_u8)
        (folder / name).write_bytes(content)
        chance = random.Random(recipe.seed)
        named = [_named(cell.cell_class, cell.box_xyxy_image_px, cell.subtype, chance) for cell in smear.cells]
        known[content] = (*named, *_candidates(recipe.size, chance))
    return known


def _named(cell_class: CellClass, box: BoxXyxy, subtype: str | None, chance: random.Random) -> DetectedCell:
    score = round(chance.uniform(0.5, 0.99), 3)
    if cell_class is CellClass.PLATELET:
        return DetectedCell(cell_class, box, score, is_counted=True)
    usual = RedCellSubtype.NORMAL if cell_class is CellClass.RED_BLOOD_CELL else WhiteCellSubtype.LYMPHOCYTE
    likeliest = str(subtype or usual)
    probability = round(chance.uniform(0.4, 0.99), 3)
    name = likeliest if probability >= _LEAST_PROBABILITY else _UNSURE[cell_class]
    return DetectedCell(
        cell_class,
        box,
        score,
        is_counted=True,
        subtype=name,
        subtype_probability=probability,
        likeliest_subtype=likeliest,
    )


def _candidates(size: Size, chance: random.Random) -> list[DetectedCell]:
    """What the network is not sure is a cell at all."""
    found = []
    for _ in range(_CANDIDATES):
        x, y = chance.uniform(0, size.width - 40), chance.uniform(0, size.height - 40)
        score = round(chance.uniform(0.1, 0.4), 3)
        found.append(
            DetectedCell(CellClass.RED_BLOOD_CELL, (x, y, x + 40, y + 40), score, is_counted=False, subtype="normal")
        )
    return found


def main() -> None:
    """Serve on a free port of this machine and say where."""
    counter = NamingCounter(drawn_fields(Path.cwd(), with_large="--with-large" in sys.argv))
    app = create_app(get_settings(), counter_factory=lambda _: counter)
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 0
    with socket.create_server(("127.0.0.1", port)) as listener:
        sys.stderr.write(f"ready: http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stderr.flush()
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
