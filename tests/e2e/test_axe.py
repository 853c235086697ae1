"""axe-core on every page that a signed-in person can open: no violation of WCAG 2.2 A or AA, wide or narrow."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.web.access_rules import ACCESS_RULES
from tests.e2e.conftest import SIGNED_IN, NewPage
from tests.e2e.review_desk import Field, Viewer, upload_fields
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FURTHER_PAGES = ("/nowhere", "/samples?q=nothing-like-it")
_NOT_PAGES = ("/api/", "/static", "/metrics", "/healthz", "/readyz", "/sending/", "/setup")
"""What answers with something else than a page, or, as the set-up does, only before the first account."""


def addresses(field: Field, batch_id: int) -> list[str]:
    """Every address that a browser can open, as the table of routes has them; a new page is looked at by itself."""
    found = []
    for route in ACCESS_RULES:
        method, path = route.split()
        if method == "GET" and not path.startswith(_NOT_PAGES) and "/crops/" not in path and "/events" not in path:
            ids = {"{sample_id}": field.sample_id, "{image_id}": field.image_id, "{batch_id}": batch_id}
            ids |= {"{version}": 1, "{profile_id}": 1, "{analysis_id}": field.image_id, "{lot_id}": 1}
            for name, value in ids.items():
                path = path.replace(name, str(value))
            found.append(path)
    return [*found, f"/samples/{field.sample_id}/gallery?cells=red", *FURTHER_PAGES]


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now: the rule and where it is broken."""
    page.wait_for_load_state("load")  # before the style sheets are there it is not the page that people see
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def reviewed_field(review_server: Server, review_smears: list[Path], browser: object) -> Field:
    """A field on which a person has confirmed a cell and named another."""
    context = browser.new_context(storage_state=SIGNED_IN)  # type: ignore[attr-defined]
    page = context.new_page()
    [field] = upload_fields(page, review_server, "AXE", review_smears[0])
    viewer = Viewer.open(page, field)
    viewer.names(viewer.cell_of("WBC"), "m")
    viewer.names(viewer.cell_of("RBC"), "Enter")
    viewer.expect_saved()
    context.close()
    return field


def fill_what_looks_back(page: Page, field: Field) -> None:
    """A manual differential, a reference cell, and a control lot with a run that breaks a rule."""
    url = field.server.url
    typed: dict[str, str | float | bool] = {
        "count_key": "a" * 32,
        "target": "100",
        "accession_number": "AXE",
        "n_lymphocyte": "40",
        "n_blast": "2",
    }
    page.request.post(f"{url}/counter", form=typed)
    review = page.request.get(f"{url}/images/{field.image_id}/review").json()
    cells = sorted({edit["cell"] for edit in review["edits"]})
    page.request.post(f"{url}/library/cells", data={"image_id": field.image_id, "cells": cells})
    lot: dict[str, str | float | bool] = {"material": "axe", "lot_number": "1", "level": "normal"}
    targets: dict[str, str | float | bool] = {"mean_neutrophil_percent": "5", "sd_neutrophil_percent": "1"}
    page.request.post(f"{url}/quality/lots", form=lot | targets)
    page.request.post(f"{url}/quality/lots/1/runs", form={"accession_number": "AXE"})


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_violation_on_any_page(reviewed_field: Field, new_page: NewPage, width: int, scheme: str) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    url = reviewed_field.server.url
    batch = page.request.post(f"{url}/api/v1/batches", data={"name": "axe"}).json()
    page.request.post(f"{url}/admin/profiles", form={"name": "axe", "um_per_px": "0.1"})
    fill_what_looks_back(page, reviewed_field)
    looked_at, found = set(), {}
    for address in addresses(reviewed_field, batch["id"]):
        if "text/html" not in page.request.get(url + address).headers.get("content-type", ""):
            continue
        page.goto(url + address)
        if page.locator("[data-viewer], [data-gallery]").count():
            page.locator("[data-ready]").wait_for()
        looked_at.add(address)
        if complaints := violations(page):
            found[address] = complaints

    assert found == {}
    assert {
        "/",
        "/samples",
        "/queue",
        "/batches",
        "/account",
        "/admin/audit",
        "/admin/profiles/1",
        "/login",
    } <= looked_at


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_the_sign_in(review_server: Server, new_page: NewPage, scheme: str) -> None:
    page = new_page(is_signed_in=False, color_scheme=scheme)
    page.goto(review_server.url)

    assert violations(page) == []


def test_axe_would_notice_a_page_that_is_hard_to_use(review_server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(review_server.url)
    page.evaluate("document.querySelector('.lede').style.color = '#bbb'")
    page.evaluate("document.querySelector('#accession').labels[0].remove()")

    assert {one.split(":")[0] for one in violations(page)} >= {"color-contrast", "label"}
