"""Cancel, try again, set aside: over the API, and by the buttons of the pages without a script."""

import pytest

from app.errors import ImageNotChangeable
from tests.web.image_files import png_of
from tests.web.site import Site

BLACK = png_of(0)
HTML = {"Accept": "text/html"}


def uploaded(site: Site, number: str, shades: range = range(1, 4)) -> tuple[int, list[int]]:
    """A sample with a few images, and their numbers."""
    sample_id = site.new_sample(number)
    entries = site.upload(sample_id, *((f"{shade}.png", png_of(shade)) for shade in shades))
    return sample_id, [entry["image_id"] for entry in entries]


def test_an_image_is_cancelled_and_tried_again_over_the_api(site: Site) -> None:
    sample_id, (first, *_) = uploaded(site, "act-1")

    answer = site.client.post(f"/api/v1/images/{first}/cancel")
    again = site.client.post(f"/api/v1/images/{first}/cancel")

    assert (answer.status_code, answer.json()["status"], answer.json()["is_changed"]) == (200, "cancelled", True)
    assert again.json()["is_changed"] is False
    assert site.sample(sample_id)["images"][0]["status"] == "cancelled"
    assert site.client.get(f"/api/v1/images/{first}/result").status_code == 409

    retried = site.client.post(f"/api/v1/images/{first}/retry").json()
    assert (retried["status"], retried["job_round"]) == ("queued", 1)


def test_a_samples_images_are_cancelled_and_tried_again_together(site: Site) -> None:
    sample_id, ids = uploaded(site, "act-2")

    assert site.client.post(f"/api/v1/samples/{sample_id}/cancel").json() == {"image_ids": ids}
    assert site.sample(sample_id)["status"] == "attention"
    assert [s["id"] for s in site.client.get("/api/v1/samples?status=attention&query=act-2").json()["items"]] == [
        sample_id
    ]
    assert site.client.post(f"/api/v1/samples/{sample_id}/retry").json() == {"image_ids": ids}
    assert site.client.post(f"/api/v1/samples/{sample_id}/retry").json() == {"image_ids": []}
    assert site.sample(sample_id)["status"] == "queued"


def test_a_refused_image_is_set_aside_and_stays_on_the_record(counting_site: Site) -> None:
    detail = counting_site.counted_sample("act-3", ("ok.png", png_of(99)), ("dark.png", BLACK))
    [refused] = [image["id"] for image in detail["images"] if image["status"] == "refused"]
    assert detail["status"] == "attention"

    change = counting_site.client.post(f"/api/v1/images/{refused}/set-aside")

    after = counting_site.sample(detail["id"])
    assert change.json()["is_set_aside"] is True
    assert (after["status"], after["images_set_aside"], after["images_by_status"]["refused"]) == ("ready", 1, 1)
    page = counting_site.page(f"/samples/{detail['id']}")
    assert "1 of 2 images counted; 1 set aside by a person and not in the counts." in page
    assert "Not counted, set aside" in page
    assert ">partial<" not in page
    table = counting_site.client.get(f"/samples/{detail['id']}/counts.csv").text
    [line] = [line for line in table.splitlines() if "dark.png" in line]
    assert ",refused," in line
    assert after["images"][1]["set_aside_at"].replace("Z", "+00:00") in line.split(",")
    counting_site.client.post(f"/api/v1/images/{refused}/take-back")
    assert counting_site.sample(detail["id"])["status"] == "attention"


@pytest.mark.parametrize("action", ["cancel", "retry", "set-aside"])
def test_a_counted_image_is_left_alone(counting_site: Site, action: str) -> None:
    detail = counting_site.counted_sample(f"act-4-{action}")

    answer = counting_site.client.post(f"/api/v1/images/{detail['images'][0]['id']}/{action}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, ImageNotChangeable.code)
    assert counting_site.sample(detail["id"])["images"][0]["status"] == "counted"


@pytest.mark.parametrize("address", ["/api/v1/images/99/retry", "/images/99/cancel", "/samples/99/cancel"])
def test_what_does_not_exist_is_not_found(site: Site, address: str) -> None:
    assert site.client.post(address).status_code == 404


def test_a_button_leads_back_to_where_it_was(site: Site) -> None:
    sample_id, (first, second, _) = uploaded(site, "act-5")
    page = site.page(f"/samples/{sample_id}")
    assert f'action="/images/{first}/cancel"' in page
    assert 'aria-label="Cancel: 1.png"' in page

    to_sample = site.client.post(f"/images/{first}/cancel", headers=HTML, follow_redirects=False)
    to_queue = site.client.post(
        f"/images/{second}/cancel", data={"back": "queue"}, headers=HTML, follow_redirects=False
    )

    assert (to_sample.status_code, to_sample.headers["location"]) == (
        303,
        f"/samples/{sample_id}?page=1#image-{first}",
    )
    assert to_queue.headers["location"] == "/queue"
    page = site.page(f"/samples/{sample_id}")
    assert f'action="/images/{first}/retry"' in page
    assert "Somebody took this image out of the queue" in page
    assert "Cancelled" in page


def test_the_buttons_of_another_site_do_nothing(site: Site) -> None:
    sample_id, (first, *_) = uploaded(site, "act-6")

    answer = site.client.post(f"/images/{first}/cancel", headers={"Origin": "https://elsewhere.test"})

    assert answer.status_code == 403
    assert site.sample(sample_id)["images"][0]["status"] == "queued"


def test_an_image_is_found_on_the_page_where_it_stands(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.sample_view.IMAGES_PER_PAGE", 2)
    sample_id, ids = uploaded(site, "act-7")

    answer = site.client.get(f"/samples/{sample_id}/images/{ids[2]}", follow_redirects=False)

    assert answer.headers["location"] == f"/samples/{sample_id}?page=2#image-{ids[2]}"
    elsewhere = site.client.get(f"/samples/{sample_id}/images/999", follow_redirects=False)
    assert elsewhere.headers["location"] == f"/samples/{sample_id}"
