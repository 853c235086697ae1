"""The reference library over HTTP: add confirmed cells, see them beside a gallery, take one out."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_reviews import FIRST, edit, send


@pytest.fixture
def field(counting_site: Site, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A field whose neutrophil (n1) a person has confirmed."""
    detail = counting_site.counted_sample(f"library {request.node.name}"[:64], ("a.png", png_of(61, width=97)))
    review: dict[str, Any] = counting_site.client.get(f"/images/{detail['images'][0]['id']}/review").json()
    send(counting_site, review, edit(FIRST, "confirm", "n1"))
    return review


def test_a_confirmed_cell_is_kept_with_its_picture(counting_site: Site, field: dict[str, Any]) -> None:
    body = {"image_id": field["image_id"], "cells": ["n1", "n0"]}
    answer = counting_site.client.post("/library/cells", json=body).json()

    assert (answer["added"], answer["already"], [one["cell"] for one in answer["refused"]]) == (1, 0, ["n0"])
    html = counting_site.page("/library?type=WBC:neutrophil")
    assert "confirmed by test-admin" in html
    assert f"/fields/{field['image_id']}#cell=n1" in html
    address = re.search(r'href="(/library/pictures\.jpg\?cells=[\d.]+)"', html)
    assert address
    picture = counting_site.client.get(address[1])
    assert "immutable" in picture.headers["Cache-Control"]
    with Image.open(BytesIO(picture.content)) as sheet:
        sheet.load()
        # The cell's own grey (61), not the background around it.
        assert abs(sheet.convert("L").getpixel((72, 72)) - 61) < 12  # type: ignore[operator]
    beside = counting_site.page(f"/samples/{field['sample_id']}/gallery")
    assert "Compare with the library" in beside


def test_a_cell_is_taken_out(counting_site: Site, field: dict[str, Any]) -> None:
    counting_site.client.post("/library/cells", json={"image_id": field["image_id"], "cells": ["n1"]})
    html = counting_site.page("/library?type=WBC:neutrophil")
    removal = re.search(rf'fields/{field["image_id"]}#cell=n1.*?action="(/library/cells/\d+/remove)"', html, re.DOTALL)
    assert removal

    after = counting_site.client.post(removal[1])

    assert after.url.path == "/library"
    assert f"/fields/{field['image_id']}#cell=n1" not in after.text
    assert counting_site.client.post(removal[1]).status_code == 404


@pytest.mark.parametrize(
    "address", ["/library?type=WBC:unicorn", "/library/pictures.jpg?cells=1.x", "/library/pictures.jpg"]
)
def test_an_address_that_names_nothing_is_told(counting_site: Site, address: str) -> None:
    answer = counting_site.client.get(address, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


def test_pictures_of_cells_that_never_were_are_not_found(counting_site: Site) -> None:
    assert counting_site.client.get("/library/pictures.jpg?cells=999999").status_code == 404
