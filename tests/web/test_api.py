"""The JSON API, as a program uses it."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.schemas.result_record import build_result_record
from app.services.accounts.tokens import create_token
from app.services.queue.results import record_result
from app.settings import InvalidSettings, Settings
from app.web.context import context_of
from tests.signing_in import sign_in
from tests.web.counters import KnowingCounter
from tests.web.image_files import png_of
from tests.web.site import Site


def test_a_sample_is_registered_filled_and_read(counting_site: Site) -> None:
    client = counting_site.client

    created = client.post("/api/v1/samples", json={"accession_number": " API-1 ", "note": "from the analyser"})
    sample_id = created.json()["id"]
    sent = counting_site.try_upload(sample_id, ("a.png", png_of(50)), ("b.txt", b"text"))
    detail = counting_site.finished_sample(sample_id)
    result = client.get(f"/api/v1/images/{detail['images'][0]['id']}/result").json()

    assert (created.status_code, created.json()["accession_number"], created.json()["status"]) == (
        201,
        "API-1",
        "empty",
    )
    assert (sent.status_code, [entry["error"] is None for entry in sent.json()["files"]]) == (202, [True, False])
    assert (detail["status"], detail["counts"]) == ("ready", {"RBC": 1, "WBC": 1, "PLT": 1, "NRBC": 1})
    assert [image["status"] for image in detail["images"]] == ["counted"]
    assert (result["schema"], result["image"], result["status"]) == (1, "a.png", "counted")
    assert result["counts"] == detail["counts"]
    assert set(result["cells"][0]) == {
        *("class", "box", "score", "counted"),
        *("subtype", "subtype_probability", "likeliest_subtype"),
    }
    assert result["model"] == {"name": "test-counter", "version": "1.2.3", "sha256": "ab12" * 16}


def test_a_sample_pools_its_differential_and_its_morphology(counting_site: Site) -> None:
    detail = counting_site.counted_sample("API-3", ("a.png", png_of(51)), ("b.png", png_of(52)))

    white, red = detail["differential"], detail["morphology"]
    assert (white["identified"], white["unidentified"], white["nrbc"], white["nrbc_per_100_wbc"]) == (2, 0, 2, 100.0)
    assert white["types"]["neutrophil"] == {
        "n": 2,
        "percent": 100.0,
        "low": pytest.approx(15.811, abs=1e-3),
        "high": 100.0,
    }
    assert (red["categorised"], red["uncategorised"]) == (2, 0)
    assert red["scheme"] == {"id": "jslh-sc", "version": "1", "title": "JSLH-SC grades of red-cell morphology"}
    target = red["types"]["target"]
    assert (target["n"], target["percent"], target["grade"], target["graded_from"]) == (2, 100.0, None, 200)
    assert target["no_grade"]["code"] == "too_few_red_cells"
    assert detail["count_intervals"]["RBC"] == pytest.approx({"low": 0.242, "high": 7.225}, abs=1e-3)


def test_a_refused_image_has_a_record_with_the_reason(counting_site: Site) -> None:
    detail = counting_site.counted_sample("API-2", ("dark.png", png_of(0)))

    result = counting_site.client.get(f"/api/v1/images/{detail['images'][0]['id']}/result").json()

    assert (detail["status"], detail["counts"]) == ("attention", None)
    assert (detail["differential"], detail["morphology"]) == (None, None)
    assert (result["status"], result["reason"]["code"], result["counts"]) == ("refused", "not_a_smear", None)


def test_samples_are_listed_page_by_page(site: Site) -> None:
    for index in range(5):
        site.new_sample(f"P-{index}")

    first = site.client.get("/api/v1/samples", params={"query": "p-", "limit": 3}).json()
    second = site.client.get("/api/v1/samples", params={"limit": 3, "after": first["next_cursor"]}).json()

    numbers = [item["accession_number"] for page in (first, second) for item in page["items"]]
    assert numbers == ["P-4", "P-3", "P-2", "P-1", "P-0"]
    assert second["next_cursor"] is None


def test_a_number_that_is_taken_is_a_conflict_that_names_the_sample(site: Site) -> None:
    sample_id = site.new_sample("Taken")

    answer = site.client.post("/api/v1/samples", json={"accession_number": "taken"})

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "accession_number_taken"
    assert answer.json()["error"]["sample_id"] == sample_id


def test_a_result_before_counting_is_a_conflict(site: Site) -> None:
    sample_id = site.new_sample("early")
    site.upload(sample_id, ("a.png", png_of(1)))

    answer = site.client.get("/api/v1/images/1/result")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "result_not_ready")


WRONG_BODIES = {
    "no body": ({}, "JSON"),
    "no JSON": ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "JSON"),
    "a list": ({"json": []}, "JSON"),
    "no number": ({"json": {}}, "'accession_number' is missing"),
    "a wrong type": ({"json": {"accession_number": 7}}, "'accession_number' is not usable"),
    "an empty number": ({"json": {"accession_number": " "}}, "The accession number is empty"),
    "a long note": ({"json": {"accession_number": "x", "note": "n" * 3000}}, "The note has 3000 characters"),
}


@pytest.mark.parametrize(("request_parts", "words"), WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_wrong_body_is_explained(site: Site, request_parts: dict[str, object], words: str) -> None:
    answer = site.client.request("POST", "/api/v1/samples", **request_parts)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")
    assert words in answer.json()["error"]["message"]


WRONG_UPLOADS = {
    "no form": ({}, "No file was sent"),
    "text instead of a file": ({"data": {"files": "text"}}, "holds text instead of a file"),
    "another field": ({"files": {"image": ("a.png", b"x")}}, "No file was sent"),
}


@pytest.mark.parametrize(("request_parts", "words"), WRONG_UPLOADS.values(), ids=WRONG_UPLOADS)
def test_an_upload_without_a_file_is_explained(site: Site, request_parts: dict[str, object], words: str) -> None:
    sample_id = site.new_sample("no-file")

    answer = site.client.request("POST", f"/api/v1/samples/{sample_id}/images", **request_parts)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "files")
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/api/v1/samples/9", 404, "sample_not_found"),
        ("GET", "/api/v1/images/9/result", 404, "image_not_found"),
        ("GET", "/api/v1/samples/x", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/samples", 405, "method_not_allowed"),
        ("GET", "/api/v1/samples?status=done", 422, "invalid_input"),
        ("GET", "/api/v1/samples?after=nonsense", 422, "invalid_input"),
        ("GET", "/api/v1/samples?limit=0", 422, "invalid_input"),
    ],
)
def test_every_error_is_json_with_a_code_and_a_sentence(
    site: Site, method: str, address: str, status: int, code: str
) -> None:
    answer = site.client.request(method, address, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"].endswith(".")


def test_more_files_than_allowed_store_none(site: Site, settings: Settings) -> None:
    sample_id = site.new_sample("too-many")
    files = [(f"{index}.png", png_of(index)) for index in range(settings.max_files_per_upload + 1)]

    answer = site.try_upload(sample_id, *files)

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_many_files")
    assert site.sample(sample_id)["images_total"] == 0


def test_the_description_of_the_api_lists_every_published_call(site: Site) -> None:
    paths = site.client.get("/api/v1/openapi.json").json()["paths"]

    calls = {(method, path) for path, methods in paths.items() for method in methods}
    assert calls == {
        ("post", "/api/v1/samples"),
        ("get", "/api/v1/samples"),
        ("get", "/api/v1/samples/{sample_id}"),
        ("post", "/api/v1/samples/{sample_id}/images"),
        ("get", "/api/v1/images/{image_id}/result"),
        ("get", "/api/v1/queue"),
        *(("get", f"/api/v1/samples/{{sample_id}}/reports{rest}") for rest in ("", "/{version}", "/{version}.pdf")),
        ("get", "/api/v1/samples/{sample_id}/reports/{version}/verification"),
        *(("post", f"/api/v1/images/{{image_id}}/{name}") for name in ("cancel", "retry", "set-aside", "take-back")),
        *(("post", f"/api/v1/samples/{{sample_id}}/{name}") for name in ("cancel", "retry")),
        ("get", "/api/v1/images/{image_id}/review"),
        ("get", "/api/v1/images/{image_id}/edits"),
        ("post", "/api/v1/images/{image_id}/edits"),
        ("get", "/api/v1/samples/{sample_id}/differentials"),
        ("get", "/api/v1/quality/lots"),
        ("get", "/api/v1/quality/lots/{lot_id}/runs"),
        *((method, "/api/v1/batches") for method in ("get", "post")),
        ("post", "/api/v1/batches/preview"),
        ("get", "/api/v1/batches/{batch_id}"),
        *((method, "/api/v1/batches/{batch_id}/files") for method in ("get", "post")),
        *((method, "/api/v1/batches/{batch_id}/files/{file_id}") for method in ("get", "patch")),
        *((method, "/api/v1/batches/{batch_id}/uploads") for method in ("options", "post")),
        *(("post", f"/api/v1/batches/{{batch_id}}/{name}") for name in ("complete", "cancel", "retry")),
        ("get", "/healthz"),
        ("get", "/readyz"),
        ("get", "/metrics"),
    }


def test_the_description_of_the_api_says_that_its_calls_carry_a_bearer_token(site: Site) -> None:
    description = site.client.get("/api/v1/openapi.json").json()

    [(name, scheme)] = description["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, methods in description["paths"].items():
        wanted: list[dict[str, list[str]]] | None = [{name: []}] if path.startswith("/api/v1/") else None
        assert all(call.get("security") == wanted for call in methods.values())


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic dXNlcjpwYXNz", ""])
def test_a_token_that_is_not_valid_is_refused_even_where_somebody_is_signed_in(site: Site, header: str) -> None:
    answer = site.client.get("/api/v1/samples", headers={"Authorization": header})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_token")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_only_a_valid_token_opens_the_api(strangers_site: Site) -> None:
    client = strangers_site.client
    with context_of(client.app).database.unit_of_work() as session:  # type: ignore[arg-type]
        token = create_token(session, name="analyser")

    without = client.post("/api/v1/samples", json={"accession_number": "A"})
    valid = client.post("/api/v1/samples", json={"accession_number": "A"}, headers={"Authorization": f"bearer {token}"})

    assert (without.status_code, without.json()["error"]["code"], valid.status_code) == (401, "invalid_token", 201)


@pytest.mark.parametrize(("scheme", "identity"), [("labce", ("labce", "1")), ("none", None)])
def test_the_settings_choose_the_grading_scheme(tmp_path: Path, scheme: str, identity: tuple[str, str] | None) -> None:
    app = create_app(Settings(data_dir=tmp_path / "data", grading_scheme=scheme), counting=False)
    with TestClient(app) as client:
        site = Site(sign_in(client))
        sample_id = site.new_sample("graded")
        site.upload(sample_id, ("a.png", png_of(1)))
        record = build_result_record("a.png", KnowingCounter().count(png_of(180)))
        with context_of(app).database.unit_of_work() as session:
            record_result(session, image_id=1, record=record, thresholds=None)
        found = site.sample(sample_id)["morphology"]["scheme"]

    assert (found and (found["id"], found["version"])) == identity


def test_a_grading_scheme_that_does_not_exist_keeps_the_application_from_starting(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "data", grading_scheme="icsh"), counting=False)

    with pytest.raises(InvalidSettings, match="no grading scheme 'icsh'"), TestClient(app):
        pass
