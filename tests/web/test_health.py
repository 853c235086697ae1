"""What machines that watch the application get."""

import re
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.errors import WeightsUnavailable
from app.jobs import FieldCounter
from app.main import create_app
from app.settings import Settings
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.site import Site


def test_a_counting_application_is_ready(counting_site: Site) -> None:
    answer = counting_site.client.get("/readyz")

    assert counting_site.client.get("/healthz").json() == {"status": "alive"}
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["checks"] == {"database": "ok", "storage": "ok", "weights": "ok"}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_watcher_may_ask_for_the_head_alone(site: Site, address: str) -> None:
    answer = site.client.head(address)

    assert (answer.status_code, answer.content) == (200, b"")


def test_without_counting_the_weights_are_left_to_workers(site: Site) -> None:
    assert site.client.get("/readyz").json()["checks"]["weights"] == "left to workers"


def test_a_part_that_does_not_work_makes_the_application_not_ready(site: Site, settings: Settings) -> None:
    shutil.rmtree(settings.data_dir / "images")
    (settings.data_dir / "images").write_text("a file where the folder was")

    answer = site.client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["checks"]["storage"].startswith("not working")
    assert site.client.head("/readyz").status_code == 503
    assert str(settings.data_dir) not in answer.text
    assert site.client.get("/healthz").status_code == 200


def test_metrics_tell_requests_and_the_queue(site: Site) -> None:
    sample_id = site.new_sample("SECRET-1")
    site.upload(sample_id, ("a.png", png_of(1)), ("b.png", png_of(2)))
    site.client.get("/samples?query=SECRET-1")
    site.client.request("BREW", "/samples")

    answer = site.client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert 'bloodcount_images{status="queued"} 2.0' in answer.text
    assert "bloodcount_queue_depth 2.0" in answer.text
    assert 'bloodcount_requests_total{method="GET",route="/samples",status="200"} 1.0' in answer.text
    assert 'bloodcount_requests_total{method="other"' in answer.text
    assert (
        'bloodcount_request_seconds_count{method="POST",route="/api/v1/samples/{sample_id}/images"} 1.0' in answer.text
    )
    assert 'bloodcount_queue_waiting{priority="batch"} 2.0' in answer.text
    assert 'bloodcount_queue_waiting{priority="interactive"} 0.0' in answer.text
    assert re.search(r"^bloodcount_queue_oldest_seconds [0-9.]+$", answer.text, re.MULTILINE)
    assert "bloodcount_workers_alive 0.0" in answer.text
    assert "bloodcount_database_up 1.0" in answer.text
    assert "SECRET" not in answer.text


def test_every_measurement_says_whose_it_is(site: Site) -> None:
    text = site.client.get("/metrics").text

    helps = [line for line in text.splitlines() if line.startswith("# HELP bloodcount_")]
    assert len(helps) > 12
    kinds = ("Of this process: ", "Of the database, the same from every process: ", "Whether the database answers")
    assert [line for line in helps if not any(kind in line for kind in kinds)] == []


def test_two_processes_tell_the_same_of_the_database_they_share(site: Site, settings: Settings) -> None:
    site.upload(site.new_sample("shared"), ("a.png", png_of(1)))
    with TestClient(create_app(settings, counting=False)) as other:
        sign_in(other)
        texts = [client.get("/metrics").text for client in (site.client, other)]

    for name in ('bloodcount_images{status="queued"}', "bloodcount_queue_depth", "bloodcount_queue_running"):
        first, second = ([line for line in text.splitlines() if line.startswith(name)] for text in texts)
        assert first == second != []


def test_an_empty_queue_has_no_age_rather_than_none_at_all(site: Site) -> None:
    text = site.client.get("/metrics").text

    assert "bloodcount_queue_depth 0.0" in text
    assert "bloodcount_queue_oldest_seconds" not in text
    assert "bloodcount_queue_seconds_to_go" not in text


def test_a_database_that_is_away_hides_only_its_own_numbers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_answer(_: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("app.web.lifespan.installation_figures", no_answer)
    answer = site.client.get("/metrics")

    assert answer.status_code == 200
    assert "bloodcount_database_up 0.0" in answer.text
    assert "bloodcount_queue_depth" not in answer.text
    assert "bloodcount_requests_total" in answer.text


def test_two_applications_do_not_share_their_numbers(site: Site, tmp_path: Path) -> None:
    site.client.get("/")
    with TestClient(create_app(Settings(data_dir=tmp_path / "other"), counting=False)) as other:
        sign_in(other)
        assert 'route="/"' not in other.get("/metrics").text


def test_without_usable_weights_it_does_not_start_and_says_why(settings: Settings) -> None:
    def no_weights(_: Settings) -> FieldCounter:
        raise WeightsUnavailable("The weights file is damaged; copy it again.")

    app = create_app(settings, counter_factory=no_weights)
    with pytest.raises(WeightsUnavailable, match="The weights file is damaged"), TestClient(app):
        pass
