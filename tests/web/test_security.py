"""Headers on every answer, and no form from another site."""

import pytest

from tests.web.image_files import png_of
from tests.web.site import Site


@pytest.mark.parametrize(
    "address", ["/", "/samples", "/nowhere", "/api/v1/samples", "/static/css/base.css", "/healthz"]
)
def test_every_answer_carries_the_security_headers(site: Site, address: str) -> None:
    headers = site.client.get(address).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    for name in ("frame-ancestors", "object-src", "base-uri"):
        assert f"{name} 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_pages_are_kept_by_no_cache(site: Site) -> None:
    for address in ("/samples", "/api/v1/samples", "/queue/fragments", "/nowhere"):
        assert site.client.get(address).headers["cache-control"] == "no-store"
    assert site.client.get("/static/css/base.css").headers["cache-control"] == "no-cache"


CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver:81"},
]


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
@pytest.mark.parametrize("address", ["/samples", "/example", "/api/v1/samples"])
def test_what_another_site_sends_changes_nothing(site: Site, address: str, headers: dict[str, str]) -> None:
    answer = site.client.post(
        address, data={"accession_number": "X"}, files={"files": ("a.png", png_of(1))}, headers=headers
    )

    assert answer.status_code == 403
    assert "sent from another web site" in answer.text
    assert site.client.get("/api/v1/samples").json()["items"] == []


OWN_SITE = [
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind-a-proxy.example"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {},
]


@pytest.mark.parametrize("headers", OWN_SITE, ids=str)
def test_the_own_pages_and_programs_may_send(site: Site, headers: dict[str, str]) -> None:
    answer = site.client.post("/api/v1/samples", json={"accession_number": "X"}, headers=headers)

    assert answer.status_code == 201


def test_a_call_with_a_token_is_judged_by_the_token_alone(site: Site) -> None:
    headers = {"Origin": "https://elsewhere.example", "Authorization": "Bearer nonsense"}

    assert site.client.post("/api/v1/samples", json={"accession_number": "X"}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("address", "authorization"),
    [
        ("/samples", "Basic bGFiOmxhYg=="),
        ("/samples", "Bearer nonsense"),
        ("/example", "Basic bGFiOmxhYg=="),
        ("/api/v1/samples", "Basic bGFiOmxhYg=="),
    ],
)
def test_a_password_that_the_browser_adds_by_itself_opens_nothing(site: Site, address: str, authorization: str) -> None:
    headers = {"Origin": "http://evil.example", "Authorization": authorization}

    answer = site.client.post(address, data={"accession_number": "X"}, headers=headers)

    assert answer.status_code == 403
    assert site.client.get("/api/v1/samples").json()["items"] == []


def test_reading_from_another_site_is_a_plain_link(site: Site) -> None:
    assert site.client.get("/samples", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
