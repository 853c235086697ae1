"""Signing over HTTP, with the few steps that tests of signing and of reports begin with."""

import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from httpx2 import Response

from app.db.repositories.accounts import find_account
from app.services.accounts.passwords import hash_password
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site

PASSWORD = "seven drowsy llamas whistle"
FORM = {"Accept": "text/html"}


def give_password(site: Site, name: str = "test-admin") -> None:
    """Let the account that the client is signed in with have a password to sign with."""
    app = site.client.app
    assert isinstance(app, FastAPI)
    with context_of(app).database.unit_of_work() as session:
        account = find_account(session, name)
        assert account is not None
        account.password_hash = hash_password(PASSWORD)


def sample_to_sign(site: Site, number: str, *shades: int) -> dict[str, Any]:
    """A counted sample with plain images; every one has a red cell, a neutrophil, an erythroblast and a platelet."""
    files = [(f"field-{shade}.png", png_of(shade, width=95)) for shade in shades or (61,)]
    return site.counted_sample(number, *files)


@dataclass
class SignPage:
    """The page to sign on, as a browser fills it in: everything acknowledged unless told otherwise."""

    site: Site
    sample_id: int
    html: str = field(init=False)

    def __post_init__(self) -> None:
        self.html = self.site.page(f"/samples/{self.sample_id}/sign")

    @property
    def checks(self) -> list[str]:
        """The codes of the checks that can be acknowledged."""
        return re.findall(r'name="acknowledged" value="([^"]+)"', self.html)

    @property
    def shown(self) -> str:
        """The hash of what the page shows."""
        found = re.search(r'name="shown" value="([0-9a-f]{64})"', self.html)
        assert found
        return found[1]

    def send(self, **changes: Any) -> Response:  # noqa: ANN401 - any field of the form
        """Send the form, with some fields changed."""
        values: dict[str, Any] = {
            "shown": self.shown,
            "acknowledged": self.checks,
            "meaning": "reviewed",
            "password": PASSWORD,
        }
        address = f"/samples/{self.sample_id}/sign"
        return self.site.client.post(address, data=values | changes, headers=FORM, follow_redirects=False)


def sign(site: Site, sample_id: int, **changes: Any) -> int:  # noqa: ANN401 - any field of the form
    """Sign a sample as it stands, and return the version."""
    answer = SignPage(site, sample_id).send(**changes)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def open_correction(site: Site, sample_id: int, reason: str = "A monocyte was called a neutrophil") -> Response:
    """Open a correction of the signed version."""
    address = f"/samples/{sample_id}/reports/correction"
    return site.client.post(address, data={"reason": reason}, headers=FORM, follow_redirects=False)
