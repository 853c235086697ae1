"""The pages of the weights: adding with words for every refusal, comparing, activating, going back."""

import pytest

from app.db.repositories import weights
from app.db.session import Database
from app.schemas.weights_report import ChangedField, DrawnCell, EvaluationReport, FieldCount
from app.services.weights.weights_judging import record_evaluation, record_soundness
from app.web.context import context_of
from model.classes import CellClass
from model.types import WeightsIdentity
from tests.hostile_weights import safetensors
from tests.jobs.weights_bench import report_beside, small_release
from tests.web.site import Site

OWN = WeightsIdentity("bloodcount", "0.3.0", "0" * 64)


def database_of(site: Site) -> Database:
    return context_of(site.client.app).database  # type: ignore[arg-type]


def send(site: Site, name: str, content: bytes, manifest: bytes, *, status: int) -> str:
    files = {"weights": (name, content), "manifest": ("w.json", manifest)}
    answer = site.client.post("/admin/weights", files=files, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text
    return answer.text


def judged_release(site: Site, *, f1: float = 0.99) -> int:
    """Weights that were added over the page, found sound, and compared in one changed field."""
    page = send(site, "small.safetensors", *small_release("2"), status=200)
    assert "In quarantine" in page
    with database_of(site).unit_of_work() as session:
        (release,) = weights.list_releases(session)
        identity = WeightsIdentity("small", "2", release.sha256)
        record_soundness(session, release_id=release.id, identity=identity, storage_key="ab")
        report = report_beside(OWN, identity, f1=f1)
        record_evaluation(session, release_id=release.id, report=_with_change(report))
        return release.id


def _with_change(report: EvaluationReport) -> EvaluationReport:
    red = CellClass.RED_BLOOD_CELL
    field = ChangedField(
        group="drawn",
        title="Drawn field 1",
        number=0,
        width=640,
        height=480,
        counts=(FieldCount(cell_class=red, reference=2, candidate=1, baseline=2),),
        candidate_cells=(),
        baseline_cells=(DrawnCell(cell_class=red, subtype=None, box=(1.0, 2.0, 30.0, 40.0), shared=False),),
    )
    return report.model_copy(update={"changed": (field,)})


def test_a_fresh_installation_counts_with_its_own_weights(site: Site) -> None:
    page = site.page("/admin/weights")

    assert "The weights that came with this installation" in page
    assert "Roll back" not in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("model.pt", b"x", "A .pt file is no weights release."),
        ("model.safetensors", b"PK\x03\x04" + bytes(40), "is a ZIP archive"),
        ("model.safetensors", b"", "is empty"),
    ],
)
def test_what_is_no_release_is_told_on_the_page(name: str, content: bytes, words: str, site: Site) -> None:
    page = send(site, name, content, b"{}", status=415)

    assert words in page
    assert "None yet." in page


def test_a_missing_manifest_is_told_on_the_page(site: Site) -> None:
    page = send(site, "model.safetensors", safetensors({}), b" ", status=415)

    assert "choose the .json file" in page


def test_the_same_weights_are_not_taken_twice(site: Site) -> None:
    judged_release(site)

    assert "here already, as number 1" in send(site, "again.safetensors", *small_release("2"), status=409)


def test_weights_are_compared_activated_and_rolled_back(site: Site) -> None:
    release_id = judged_release(site)

    page = site.page(f"/admin/weights/{release_id}")
    assert "Not worse than the active weights" in page
    assert 'src="/admin/weights/drawn/0.png"' in page
    assert site.client.post(f"/admin/weights/{release_id}/activate").status_code == 200
    page = site.page("/admin/weights")
    assert "small 2" in page.partition("Who counts")[0]
    assert "by test-admin" in page
    assert site.client.post("/admin/weights/rollback", data={"to": "former"}).status_code == 200

    page = site.page("/admin/weights")
    assert "(rolled back)" in page
    assert "The weights that came with this installation" in page.partition("Who counts")[0]


def test_worse_weights_are_refused_until_somebody_says_why(site: Site) -> None:
    release_id = judged_release(site, f1=0.5)
    address = f"/admin/weights/{release_id}"

    assert "F1 0.500, with the active weights 0.990" in site.page(address)
    refused = site.client.post(f"{address}/activate", headers={"Accept": "text/html"})
    assert refused.status_code == 409
    assert "give the reason" in refused.text
    site.client.post(f"{address}/activate", data={"reason": "a trial <b>on purpose</b>"})

    page = site.page("/admin/weights")
    assert "Activated although worse" in page
    assert "a trial &lt;b&gt;on purpose&lt;/b&gt;" in page


@pytest.mark.parametrize("address", ["/admin/weights/77", "/admin/weights/drawn/77.png"])
def test_what_is_not_there_is_told(address: str, site: Site) -> None:
    assert "There " in site.page(address, status=404)


def test_a_drawn_field_is_a_picture(site: Site) -> None:
    answer = site.client.get("/admin/weights/drawn/0.png")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
