"""Signed reports as files: the PDF, the JSON whose hash is signed, the table."""

import hashlib
import json
import re
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import text

from app.db.repositories.images import get_image
from app.main import create_app
from app.settings import Settings
from app.web.context import context_of
from app.web.report_pdf.cells import LINES
from tests.colour_vision import rgb_of_hex
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.signing import give_password, open_correction, sample_to_sign, sign
from tests.web.site import Site
from tests.web.test_downloads import rows_of


@pytest.fixture(autouse=True)
def _can_sign(counting_site: Site) -> None:
    give_password(counting_site)


def pages_of(site: Site, address: str) -> list[str]:
    """The text of each page of a PDF file."""
    answer = site.client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]


def test_the_pdf_says_what_was_signed(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-1", 71, 72)
    images = [image["id"] for image in sample["images"]]
    sign(counting_site, sample["id"], pictures=images)
    listed = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports").json()["versions"][0]

    pages = pages_of(counting_site, f"/samples/{sample['id']}/reports/1.pdf")
    text = " ".join(" ".join(pages).split())

    assert "Signed report, version 1" in text
    for words in (
        "Red cells (RBC) 2 0.2–7.2",
        "n = 2 identified white cells",
        "Neutrophil 2 100.0 15.8–100.0",
        "Target cell 2 100.0",
        "Short differential (n = 2)",
        "test-counter 1.2.3",
        "ab12" * 16,
        "Signed by test-admin",
        "I have looked at the images of this sample",
        listed["sha256"],
        "field-71.png",
    ):
        assert words in text
    assert "DRAFT" not in text
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Not for diagnosis or treatment." in page
        assert listed["sha256"][:16] in page
        assert "pdf-1" in page


def test_the_signature_names_the_signer_in_full_for_good(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-name")
    (number,) = re.findall(r"/admin/accounts/(\d+)/full-name", counting_site.page("/admin/accounts"))[:1]
    address = f"/admin/accounts/{number}/full-name"
    counting_site.client.post(address, data={"full_name": "Dr. Jana Meyer"})
    assert "You sign as <strong" in counting_site.page(f"/samples/{sample['id']}/sign")
    assert "Dr. Jana Meyer</strong> (test-admin, admin)" in counting_site.page(f"/samples/{sample['id']}/sign")
    sign(counting_site, sample["id"])
    counting_site.client.post(address, data={"full_name": ""})

    text = " ".join(" ".join(pages_of(counting_site, f"/samples/{sample['id']}/reports/1.pdf")).split())

    assert f"Signed by Dr. Jana Meyer (test-admin, admin, account {number})" in text
    assert f"Dr. Jana Meyer (test-admin, admin, account {number})" in counting_site.page(
        f"/samples/{sample['id']}/reports/1"
    )
    assert counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports/1").json()["faults"] == []


def drawings_of(site: Site, address: str) -> str:
    """The drawing operators of the page with the field images."""
    pages = PdfReader(BytesIO(site.client.get(address).content)).pages
    found = [page for page in pages if "Field images" in page.extract_text()]
    contents = found[0].get_contents()
    assert contents is not None
    return contents.get_data().decode("latin-1")


def test_the_counted_cells_are_drawn_on_the_images_where_the_signer_wants_it(counting_site: Site) -> None:
    with_cells, without = sample_to_sign(counting_site, "pdf-cells"), sample_to_sign(counting_site, "pdf-plain", 62)
    for sample, cells in ((with_cells, {"cells": "true"}), (without, {})):
        sign(counting_site, sample["id"], pictures=[sample["images"][0]["id"]], **cells)

    drawn = drawings_of(counting_site, f"/samples/{with_cells['id']}/reports/1.pdf")
    plain = drawings_of(counting_site, f"/samples/{without['id']}/reports/1.pdf")

    colours = [" ".join(f"{part:.6f}".rstrip("0").lstrip("0") for part in rgb_of_hex(text)) for text in LINES.values()]
    assert all(f"{colour} RG" in drawn for colour in colours), colours
    assert "[1.6 1] 0 d" in drawn
    assert not any(f"{colour} RG" in plain for colour in colours)


def test_cells_that_are_not_those_signed_are_not_drawn(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-tampered")
    sign(counting_site, sample["id"], pictures=[sample["images"][0]["id"]], cells="true")
    app = counting_site.client.app
    assert isinstance(app, FastAPI)
    with context_of(app).database.engine.begin() as connection:
        connection.execute(text("UPDATE analysis SET result_json = replace(result_json, 'neutrophil', 'monocyte')"))

    told = " ".join(" ".join(pages_of(counting_site, f"/samples/{sample['id']}/reports/1.pdf")).split())

    assert "The cells of this image are not those that were signed, so they are not drawn." in told


def test_the_same_version_gives_the_same_bytes(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-2")
    sign(counting_site, sample["id"], pictures=[sample["images"][0]["id"]])

    first, second = (counting_site.client.get(f"/samples/{sample['id']}/reports/1.pdf").content for _ in range(2))
    over_api = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports/1.pdf").content

    assert first == second == over_api


def test_a_draft_says_so_on_every_page(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-3", *range(80, 90))

    pages = pages_of(counting_site, f"/samples/{sample['id']}/reports/draft.pdf")

    assert len(pages) > 1
    assert [page.count("DRAFT – not signed") >= 2 for page in pages] == [True] * len(pages)
    assert "Signed by" not in " ".join(pages)


def test_a_replaced_version_says_so_on_every_page(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-4")
    sign(counting_site, sample["id"])
    open_correction(counting_site, sample["id"], "Slides of two patients were mixed up")
    sign(counting_site, sample["id"])

    old = pages_of(counting_site, f"/samples/{sample['id']}/reports/1.pdf")
    new = " ".join(pages_of(counting_site, f"/samples/{sample['id']}/reports/2.pdf"))

    assert all("REPLACED" in page for page in old)
    assert "CORRECTED REPORT, version 2, replaces version 1 of" in new
    assert "Slides of two patients were mixed up" in new
    assert "No figure differs from the replaced version." in new


def test_the_json_file_is_what_was_hashed(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-5")
    sign(counting_site, sample["id"])
    listed = counting_site.client.get(f"/api/v1/samples/{sample['id']}/reports").json()["versions"][0]

    content = counting_site.client.get(f"/samples/{sample['id']}/reports/1.json").content

    assert hashlib.sha256(content).hexdigest() == listed["sha256"]
    signed: dict[str, Any] = json.loads(content)
    assert signed["schema"] == 1
    assert signed["sample"]["accession_number"] == "pdf-5"
    assert signed["fields"][0]["cells_sha256"]
    assert signed["grading_scheme"]["id"] == "jslh-sc"


def test_the_table_has_the_figures(counting_site: Site) -> None:
    sample = sample_to_sign(counting_site, "pdf-6")
    sign(counting_site, sample["id"])

    rows = rows_of(counting_site.client.get(f"/samples/{sample['id']}/reports/1.csv").content.decode())

    figures = {(row["part"], row["name"]): row["n"] for row in rows}
    assert figures["count", "RBC"] == "1"
    assert figures["differential", "neutrophil"] == "1"
    assert figures["differential", "unidentified"] == "0"
    assert figures["morphology", "target"] == "1"
    assert {row["version"] for row in rows} == {"1"}


@pytest.mark.parametrize("version", ["2", "0", "99999999999", "x"])
@pytest.mark.parametrize("ending", ["", ".pdf", ".json", ".csv"])
def test_a_version_that_does_not_exist_is_not_found(counting_site: Site, version: str, ending: str) -> None:
    sample_id = counting_site.sample(1)["id"]

    assert counting_site.client.get(f"/samples/{sample_id}/reports/{version}{ending}").status_code == 404
    assert counting_site.client.get(f"/samples/987654/reports/1{ending}").status_code == 404


def test_letters_of_many_languages_are_printed_and_others_told_by_number(settings: Settings) -> None:
    named = settings.model_copy(update={"laboratory_name": "Łódź & Müller <é> 中", "report_paper": "letter"})
    with TestClient(create_app(named, counting=False)) as client:
        sample_id = Site(sign_in(client)).new_sample("ß-µ×≥-Ж-ł")
        document = PdfReader(BytesIO(client.get(f"/samples/{sample_id}/reports/draft.pdf").content))

    text = document.pages[0].extract_text()
    assert "Łódź & Müller <é> <U+4E2D>" in text
    assert "ß-µ×≥-Ж-ł" in text
    assert tuple(map(float, document.pages[0].mediabox[2:])) == (612.0, 792.0)


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_an_image_that_is_not_what_was_signed_is_told_in_its_place(counting_site: Site, damage: str) -> None:
    sample = sample_to_sign(counting_site, f"pdf-{damage}", 91 if damage == "lost" else 92)
    sign(counting_site, sample["id"], pictures=[sample["images"][0]["id"]])
    app = counting_site.client.app
    assert isinstance(app, FastAPI)
    context = context_of(app)
    with context.database.unit_of_work() as session:
        key = get_image(session, sample["images"][0]["id"]).storage_key
    [file] = [path for path in (context.settings.data_dir / "images").rglob("*") if str(path).endswith(key)]
    file.chmod(0o600)
    if damage == "lost":
        file.unlink()
    else:
        file.write_bytes(png_of(93, width=95))

    text = " ".join(" ".join(pages_of(counting_site, f"/samples/{sample['id']}/reports/1.pdf")).split())

    wanted = {"lost": "no longer in the image store", "changed": "not the one that was signed"}
    assert wanted[damage] in text
