"""Weights in the browser: a file goes into quarantine, is judged by the real check, and its refusal is read."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.serving import Server
from tests.e2e.test_axe import violations
from tests.hostile_weights import HOSTILE, manifest_of, safetensors

pytestmark = pytest.mark.browser

MANIFEST = {
    "name": "bloodcount",
    "version": "9.9",
    "licence": "Apache-2.0",
    "classes": ["WBC", "RBC", "PLT"],
    "decoding": {"thresholds": [0.5, 0.5, 0.5]},
}


def test_weights_are_judged_in_quarantine_while_the_page_waits(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    content = safetensors({})
    (tmp_path / "new.safetensors").write_bytes(content)
    (tmp_path / "new.json").write_bytes(manifest_of(content, MANIFEST))
    page = new_page()
    page.goto(f"{slow_server.url}/admin/weights")
    page.get_by_label("Weights (.safetensors").set_input_files(tmp_path / "new.safetensors")
    page.get_by_label("Their manifest").set_input_files(tmp_path / "new.json")

    page.get_by_role("button", name="Add to quarantine").click()

    expect(page.locator(".notice-bad")).to_contain_text("classes is ('WBC', 'RBC', 'PLT')", timeout=120_000)
    expect(page.locator(".badge").first).to_have_text("Refused")
    assert violations(page) == []


def test_a_checkpoint_is_refused_at_once_with_the_way_to_convert_it(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    content, manifest = HOSTILE["a checkpoint called safetensors"].make(b"", MANIFEST)
    (tmp_path / "model.safetensors").write_bytes(content)
    (tmp_path / "model.json").write_bytes(manifest)
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"{slow_server.url}/admin/weights")
    page.get_by_label("Weights (.safetensors").set_input_files(tmp_path / "model.safetensors")
    page.get_by_label("Their manifest").set_input_files(tmp_path / "model.json")

    page.get_by_role("button", name="Add to quarantine").click()

    expect(page.get_by_role("alert")).to_contain_text("write_release")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert violations(page) == []
