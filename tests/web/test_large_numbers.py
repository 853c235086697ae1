"""Every number in an address may be larger than a database can hold: it is told that there is no such thing."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.web.access_rules import ACCESS_RULES
from tests.web.image_files import png_of
from tests.web.site import Site

_TOO_LARGE = 2**63
_WORDS = {"{origin}": "network", "{cell_class}": "WBC"}
_PLACES = [
    (key, place)
    for key in sorted(ACCESS_RULES)
    for place in re.findall(r"\{\w+\}", key)
    if place not in {*_WORDS, "{path}"}
]


def _query_numbers(site: Site) -> list[tuple[str, str]]:
    """Every GET route with each of its numbers that stand behind the question mark."""
    assert isinstance(site.client.app, FastAPI)
    contexts = [one for one in iter_route_contexts(site.client.app.routes) if isinstance(one.original_route, APIRoute)]
    routes: list[Any] = [context for context in contexts if "GET" in (context.methods or ())]
    return [
        (route.path, parameter.alias)
        for route in routes
        for parameter in route.dependant.query_params
        if parameter.field_info.annotation in (int, int | None)
    ]


@pytest.fixture(scope="module")
def crowded_site(counting_site: Site) -> Site:
    """A server whose sample and image number 1 exist."""
    counting_site.counted_sample("LARGE-NUMBERS", ("field.png", png_of(61, width=95)))
    return counting_site


@pytest.mark.parametrize(("key", "place"), _PLACES, ids=lambda one: str(one).replace("{", "").replace("}", ""))
def test_a_number_that_no_database_holds_is_no_error_of_the_server(crowded_site: Site, key: str, place: str) -> None:
    method, _, path = key.partition(" ")
    path = path.replace(place, str(_TOO_LARGE))
    for name, word in _WORDS.items():
        path = path.replace(name, word)
    address = re.sub(r"\{\w+\}", "1", path)

    answer = crowded_site.client.request(method, address, headers={"Accept": "application/json"})

    assert answer.status_code < 500, answer.text


def test_a_number_behind_the_question_mark_is_no_error_of_the_server(crowded_site: Site) -> None:
    found = _query_numbers(crowded_site)
    assert ("/api/v1/batches/{batch_id}/files", "after") in found

    for path, name in found:
        address = re.sub(r"\{\w+\}", lambda part: _WORDS.get(part[0], "1"), path)
        for number in (_TOO_LARGE - 1, _TOO_LARGE):
            answer = crowded_site.client.get(address, params={name: number, "seen": "x"})
            assert answer.status_code < 500, (path, name, answer.text)
