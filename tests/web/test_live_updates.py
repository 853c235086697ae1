"""What an open page of a sample gets while images are being counted."""

import json
import re
import threading
import time
from typing import Any

import pytest

from tests.web.image_files import png_of
from tests.web.site import Site

WORST_DELAY_S = 0.6
"""The page promises about 0.3 s; a shared machine may stall a little."""

MOST_TRIES = 10
"""A busy machine stalls now and then, but not every time."""


def shown(html: str) -> str:
    """What an open page says it shows, as its script sends it."""
    parts = re.findall(r'data-fragment="([^"]+)" data-version="([^"]+)"', html)
    return ",".join(f"{name}:{version}" for name, version in parts)


def update(site: Site, sample_id: int, seen: str) -> dict[str, Any]:
    """The answer to a page that asks what has changed."""
    answer = site.client.get(f"/samples/{sample_id}/fragments", params={"page": 1, "seen": seen})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def events_of(text: str) -> list[dict[str, Any]]:
    """The updates in an event stream."""
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


def test_a_page_that_is_up_to_date_gets_nothing(counting_site: Site) -> None:
    detail = counting_site.counted_sample("live-1")
    html = counting_site.page(f"/samples/{detail['id']}")

    answer = update(counting_site, detail["id"], shown(html))

    assert answer == {"fragments": [], "status_text": "The image is counted.", "is_done": True}


def test_only_what_changed_is_sent(counting_site: Site) -> None:
    detail = counting_site.counted_sample("live-2", ("a.png", png_of(70)), ("b.png", png_of(71)))
    first, second = (image["id"] for image in detail["images"])

    answer = update(
        counting_site,
        detail["id"],
        f"progress:2.2.,actions:none-none-none,summary:2-0-0-0-0-0,image-{first}:counted,image-{second}:queued",
    )

    assert [fragment["name"] for fragment in answer["fragments"]] == ["summary", f"image-{second}"]
    assert 'data-count="RBC"' in answer["fragments"][0]["html"]
    assert 'class="cell"' in answer["fragments"][1]["html"]


def test_an_image_added_elsewhere_is_sent_too(site: Site) -> None:
    sample_id = site.new_sample("live-3")
    html = site.page(f"/samples/{sample_id}")
    site.upload(sample_id, ("a.png", png_of(1)))

    answer = update(site, sample_id, shown(html))

    assert [fragment["name"] for fragment in answer["fragments"]] == ["progress", "actions", "summary", "image-1"]
    assert answer["is_done"] is False


def test_nonsense_from_the_page_only_means_that_everything_is_sent(counting_site: Site) -> None:
    detail = counting_site.counted_sample("live-4")

    for seen in ("", ",,,", "summary", "image-x:counted,:"):
        assert len(update(counting_site, detail["id"], seen)["fragments"]) == 4


def events_and_delay(site: Site, accession_number: str) -> tuple[list[dict[str, Any]], float]:
    """What an open page of a new sample is sent while three images are counted, and how long after the last one, in s.

    The images come in before the page asks, as after an upload; counting goes on while the stream is open.
    """
    sample_id = site.new_sample(accession_number)
    html = site.page(f"/samples/{sample_id}")
    finished_at: list[float] = []

    def upload_and_note() -> None:
        site.upload(sample_id, *[(f"{shade}.png", png_of(shade)) for shade in (201, 202, 203)])
        site.finished_sample(sample_id)
        finished_at.append(time.monotonic())

    sender = threading.Thread(target=upload_and_note)
    sender.start()
    while len(site.sample(sample_id)["images"]) < 3:
        time.sleep(0.005)
    answer = site.client.get(f"/samples/{sample_id}/events", params={"seen": shown(html)})
    ended_at = time.monotonic()
    sender.join()
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events_of(answer.text), ended_at - finished_at[0]


def test_the_counts_arrive_as_an_event_soon_after_they_are_stored(counting_site: Site) -> None:
    delays_s: list[float] = []
    while not delays_s or (min(delays_s) >= WORST_DELAY_S and len(delays_s) < MOST_TRIES):
        events, delay_s = events_and_delay(counting_site, f"live-5-{len(delays_s)}")
        delays_s.append(delay_s)

        assert [event["is_done"] for event in events][-1] is True
        counted = [part["name"] for event in events for part in event["fragments"] if 'class="cell"' in part["html"]]
        assert len(counted) == len(set(counted)) == 3

    assert min(delays_s) < WORST_DELAY_S


def test_a_finished_sample_ends_the_stream_at_once(counting_site: Site) -> None:
    detail = counting_site.counted_sample("live-6")
    html = counting_site.page(f"/samples/{detail['id']}")

    answer = counting_site.client.get(f"/samples/{detail['id']}/events", params={"seen": shown(html)})

    assert events_of(answer.text) == [{"fragments": [], "status_text": "The image is counted.", "is_done": True}]


def test_an_edit_shows_on_open_pages_of_the_sample(counting_site: Site) -> None:
    detail = counting_site.counted_sample("live-edited")
    sample_id, image_id = detail["id"], detail["images"][0]["id"]
    html = counting_site.page(f"/samples/{sample_id}")
    review = counting_site.client.get(f"/images/{image_id}/review").json()
    named = {"edit_id": f"{1:032x}", "action": "relabel", "cell": "n1", "class": "WBC", "subtype": "monocyte"}
    body = {"analysis_id": review["analysis_id"], "seen_revision": 0, "edits": [named]}
    assert counting_site.client.post(f"/images/{image_id}/edits", json=body).status_code == 200

    answer = update(counting_site, sample_id, shown(html))
    parts = {fragment["name"]: fragment["html"] for fragment in answer["fragments"]}
    confirmed = {"edit_id": f"{2:032x}", "action": "confirm", "cell": "n0"}
    counting_site.client.post(f"/images/{image_id}/edits", json=body | {"seen_revision": 1, "edits": [confirmed]})
    later = update(counting_site, sample_id, shown("".join(parts.values())) + ",progress:1.1.,actions:none-none-none")

    assert set(parts) == {"summary", f"image-{image_id}"}
    # What comes afterwards says the same as the page loaded anew: whose word the counts are.
    assert "Persons confirmed or changed 1 cell on 1 of 1 image" in parts["summary"]
    assert "Partly confirmed by a person" in parts["summary"]
    assert "White cell, monocyte, confirmed by test-admin" in parts[f"image-{image_id}"]
    assert "Persons confirmed or changed 2 cells" in {one["name"]: one["html"] for one in later["fragments"]}["summary"]


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**70])
def test_a_number_that_no_sample_can_have_is_told_and_stops_no_other_page(site: Site, number: int) -> None:
    sample_id = site.new_sample("live-other")

    assert site.client.get(f"/samples/{number}/fragments").status_code == 404
    assert site.client.get(f"/samples/{sample_id}/fragments").status_code == 200
