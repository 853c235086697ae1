"""Accounts, API tokens and the audit trail, as an admin uses them in the browser."""

import csv
import io
import json
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.schemas.tokens import Role
from app.web.context import context_of
from tests.signing_in import sign_in
from tests.web.image_files import png_of
from tests.web.site import Site


def trail(site: Site, **search: str) -> list[dict[str, object]]:
    """The audit trail as the export gives it, without the look at it itself."""
    answer = site.client.get("/admin/audit/export", params={"format": "jsonl"} | search)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def actions(site: Site, **search: str) -> list[tuple[object, ...]]:
    return [(entry["action"], entry["subject_kind"], entry["subject_id"]) for entry in trail(site, **search)]


def test_an_account_is_made_with_a_password_shown_once(site: Site) -> None:
    made = site.client.post("/admin/accounts", data={"name": "otto", "role": "reviewer"})

    found = re.search(r'class="secret mono">([^<]+)<', made.text)
    assert found
    assert found[1] not in site.page("/admin/accounts")
    assert found[1] not in json.dumps(trail(site))
    person = TestClient(site.client.app, follow_redirects=False)
    person.post("/login", data={"name": "otto", "password": found[1]})
    assert person.get("/", headers={"Accept": "text/html"}).headers["location"] == "/account/password"


@pytest.mark.parametrize(("name", "status", "words"), [("", 422, "visible characters"), ("TEST-admin", 409, "exists")])
def test_a_name_that_cannot_be_used_is_explained_beside_it(site: Site, name: str, status: int, words: str) -> None:
    answer = site.client.post("/admin/accounts", data={"name": name, "role": "admin"})

    assert answer.status_code == status
    assert words in answer.text
    assert 'value="admin" checked' in answer.text


def test_roles_change_accounts_close_and_the_trail_has_old_and_new_values(site: Site) -> None:
    site.client.post("/admin/accounts", data={"name": "otto", "role": "technician"})
    (number,) = re.findall(r"/admin/accounts/(\d+)/full-name", site.page("/admin/accounts").split("otto")[1])[:1]

    site.client.post(f"/admin/accounts/{number}/role", data={"role": "reviewer"})
    site.client.post(f"/admin/accounts/{number}/disable")
    assert "Disabled" in site.page("/admin/accounts")
    site.client.post(f"/admin/accounts/{number}/enable")
    reset = site.client.post(f"/admin/accounts/{number}/reset-password")

    assert "shown this once" in reset.text
    changes = [
        (entry["old_values"], json.loads(str(entry["new_values"]))) for entry in trail(site, action="account.changed")
    ]
    assert changes == [
        ('{"role": "technician"}', {"name": "otto", "role": "reviewer"}),
        ('{"disabled": false}', {"disabled": True, "name": "otto"}),
        ('{"disabled": true}', {"disabled": False, "name": "otto"}),
    ]
    assert ("account.password_reset", "account", int(number)) in actions(site)


def test_a_full_name_is_entered_and_one_that_cannot_be_printed_is_explained(site: Site) -> None:
    site.client.post("/admin/accounts", data={"name": "otto", "full_name": "Otto Lind", "role": "technician"})
    listed = site.page("/admin/accounts")
    (number,) = re.findall(r"/admin/accounts/(\d+)/full-name", listed.split("otto")[1])[:1]
    assert 'value="Otto Lind" aria-label="Full name of otto"' in listed

    site.client.post(f"/admin/accounts/{number}/full-name", data={"full_name": "Dr. Otto Lind"})
    refused = site.client.post(f"/admin/accounts/{number}/full-name", data={"full_name": "x" * 129})
    unmade = site.client.post("/admin/accounts", data={"name": "ann", "full_name": "a\u202eb", "role": "admin"})

    assert refused.status_code == 422
    assert "The full name has 129 characters; at most 128 are allowed." in refused.text
    assert "Dr. Otto Lind" in refused.text
    assert unmade.status_code == 422
    assert "holds characters that cannot be seen" in unmade.text
    assert 'value="ann"' in unmade.text


def test_the_last_admin_is_told_why_the_account_stays_open(site: Site) -> None:
    assert (
        "make another admin first"
        in site.client.post("/admin/accounts/1/disable", headers={"Accept": "text/html"}).text
    )


def test_an_admin_ends_anybodys_session(site: Site) -> None:
    other = sign_in(TestClient(site.client.app, follow_redirects=False), role=Role.TECHNICIAN)
    (number,) = re.findall(r"/admin/sessions/(\d+)/revoke", site.page("/admin/accounts"))

    site.client.post(f"/admin/sessions/{number}/revoke")

    assert other.get("/samples").status_code == 303


def test_a_token_is_made_shown_once_limited_used_and_revoked(site: Site) -> None:
    form = {"name": "analyser", "role": "technician", "days": "30", "scopes": ["samples:read"]}
    made = site.client.post("/admin/tokens", data=form)
    found = re.search(r'class="secret mono">([^<]+)<', made.text)
    assert found
    stranger = TestClient(site.client.app)
    bearer = {"Authorization": f"Bearer {found[1]}"}

    assert stranger.get("/api/v1/samples", headers=bearer).status_code == 200
    assert stranger.post("/api/v1/samples", json={"accession_number": "A"}, headers=bearer).status_code == 403
    page = site.page("/admin/tokens")
    assert "by test-admin" in page
    assert found[1] not in page
    assert page.count("never") == 0
    site.client.post("/admin/tokens/1/revoke")
    assert stranger.get("/api/v1/samples", headers=bearer).status_code == 401
    assert "Revoked" in site.page("/admin/tokens")
    assert found[1] not in json.dumps(trail(site))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": " "}, "visible characters"), ({"days": "0"}, "1 to 3650 days"), ({"days": "soon"}, "no number of days"),
     ({"scopes": ["reports:sign"]}, "is no scope")],
)  # fmt: skip
def test_a_token_that_cannot_be_made_is_explained(site: Site, change: dict[str, object], words: str) -> None:
    answer = site.client.post("/admin/tokens", data={"name": "x", "role": "admin", "days": "", "scopes": []} | change)

    assert answer.status_code == 422
    assert words in answer.text


def test_what_is_seen_sent_and_taken_is_noted_once_each(site: Site) -> None:
    sample_id = site.new_sample("24-0815")
    site.upload(sample_id, ("a.png", png_of(1)))
    for _ in range(3):
        site.page(f"/samples/{sample_id}")
        site.client.get("/images/1/display")
        site.client.get("/samples?query=0815")
    site.client.get(f"/samples/{sample_id}/fragments")
    site.client.get(f"/samples/{sample_id}/counts.csv")
    site.client.get(f"/samples/{sample_id}/counts.csv")
    site.client.get("/samples/99")
    site.client.get("/images/1/result.json")

    assert actions(site) == [
        ("sample.created", "sample", 1),
        ("image.uploaded", "image", 1),
        ("sample.viewed", "sample", 1),
        ("image.viewed", "image", 1),
        ("samples.listed", None, None),
        ("sample.viewed", "sample", 1),  # the fragments, another address
        ("data.exported", "sample", 1),
        ("data.exported", "sample", 1),
        ("audit.exported", None, None),
    ]
    assert {entry["actor_name"] for entry in trail(site)} == {"test-admin"}
    assert json.loads(str(trail(site, action="samples.listed")[0]["new_values"]))["query"] == {"query": "(typed)"}


def test_a_look_that_cannot_be_noted_is_not_given(site: Site) -> None:
    sample_id = site.new_sample("SECRET-5")
    app = site.client.app
    assert isinstance(app, FastAPI)
    with context_of(app).database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_event RENAME TO audit_event_away"))

    answer = site.client.get(f"/samples/{sample_id}")

    assert answer.status_code == 500
    assert "SECRET-5" not in answer.text


def test_the_trail_is_searched_by_who_what_sample_and_day(site: Site) -> None:
    first, second = site.new_sample("one"), site.new_sample("two")
    for sample_id in (first, second):
        site.page(f"/samples/{sample_id}")

    assert actions(site, sample=str(second)) == [("sample.created", "sample", 2), ("sample.viewed", "sample", 2)]
    assert [action for action, *_ in actions(site, actor="TEST-ad", action="sample.created")] == ["sample.created"] * 2
    assert actions(site, actor="100%_") == []
    assert actions(site, until="2020-01-01") == []
    assert actions(site, since="2020-01-01", sample=str(first)) != []
    assert "No entry matches" in site.page("/admin/audit?since=2999-01-01")


@pytest.mark.parametrize("query", ["since=yesterday", "sample=x", "before=-1", f"sample={'9' * 30}"])
def test_a_search_that_cannot_be_used_is_explained(site: Site, query: str) -> None:
    page = site.page(f"/admin/audit?{query}", status=422)

    assert "The search cannot be used" in page


def test_the_export_as_a_table_is_safe_to_open_in_a_spreadsheet(site: Site) -> None:
    site.client.get("/samples", params={"query": "=1+1"})
    site.client.post("/login", data={"name": "=cmd()", "password": "x"})

    answer = site.client.get("/admin/audit/export?format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["action"] for row in rows][:2] == ["samples.listed", "sign_in.failed"]
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-trail.csv"'


def test_a_search_by_sample_finds_what_was_done_and_seen_of_its_images(site: Site) -> None:
    first, second = site.new_sample("one"), site.new_sample("two")
    for sample_id in (first, second):
        site.upload(sample_id, ("a.png", png_of(sample_id)))
    site.client.get("/images/2/display")
    site.client.get("/images/1/content")

    assert actions(site, sample=str(second)) == [
        ("sample.created", "sample", 2),
        ("image.uploaded", "image", 2),
        ("image.viewed", "image", 2),
    ]


def test_a_look_at_a_batch_says_at_which(site: Site) -> None:
    batch = site.client.post("/sending/batches", json={"name": "Monday"}).json()["id"]
    site.page(f"/batches/{batch}")

    assert actions(site, action="batch.viewed") == [("batch.viewed", "batch", batch)]


def test_names_are_read_as_they_were_written(site: Site) -> None:
    site.client.post("/admin/accounts", data={"name": "Jürgen <b>", "role": "reviewer"})

    page = site.page("/admin/audit?action=account.created")

    assert "name: Jürgen &lt;b&gt;, role: reviewer" in page


def test_older_entries_are_a_page_away(site: Site) -> None:
    for number in range(60):
        site.new_sample(f"S-{number}")

    page = site.page("/admin/audit?action=sample.created")

    assert page.count("sample.created</option>") == 1
    older = re.search(r'href="([^"]+before=\d+[^"]*)"', page)
    assert older
    rest = site.page(older[1].replace("&amp;", "&"))
    assert re.search(r"sample 1\b", rest)
    assert not re.search(r"sample 1\b", page)


def test_a_trail_that_was_tampered_with_is_told_in_the_browser(site: Site) -> None:
    site.new_sample("A-1")
    assert "entries are as they were written" in site.client.post("/admin/audit/verify").text
    app = site.client.app
    assert isinstance(app, FastAPI)
    with context_of(app).database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("UPDATE audit_event SET actor_name = 'somebody else' WHERE seq = 1"))

    assert "entry 1 is not as it was written" in site.client.post("/admin/audit/verify").text
