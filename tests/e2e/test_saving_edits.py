"""Edits are saved as they are made and never lost: two tabs, a lost answer, a lost connection, a closed tab."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from app.db.session import create_database
from app.schemas.tokens import Role
from app.settings import Settings
from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Viewer, upload_fields
from tests.e2e.serving import TEST_SESSION, Server
from tests.signing_in import SESSION_COOKIE, open_test_session

pytestmark = pytest.mark.browser


def test_two_tabs_merge_different_cells_and_tell_of_a_conflict(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    first_page = new_page()
    [field] = upload_fields(first_page, review_server, "TWO-TABS", review_smears[0])
    second_page = first_page.context.new_page()
    first, second = Viewer.open(first_page, field), Viewer.open(second_page, field)
    same, one, other = (first.cell_of("WBC", index) for index in (0, 1, 2))

    # Hold the second tab's news back, so that it edits without knowing of the first.
    second_page.route("**/edits?after=*", lambda route: route.abort())
    first.names(one, "m")
    first.names(same, "n")
    first.expect_saved()
    second.names(other, "b")
    second.expect_saved()
    merged = {cell["id"]: cell["subtype"] for cell in second.result()["cells"]}
    assert (merged[one], merged[same], merged[other]) == ("monocyte", "neutrophil", "basophil")
    expect(second_page.locator(f"#cell-{one}")).to_contain_text("monocyte, confirmed")  # it came with the answer
    expect(first_page.locator(f"#cell-{other}")).to_contain_text("basophil, confirmed")  # and by asking

    first.names(other, "e")
    first.expect_saved()
    second.names(other, "l")
    conflict = second_page.locator(".conflict")
    expect(conflict).to_contain_text("named eosinophil by test-admin in the meantime; your change was not saved")
    expect(second_page.locator(f"#cell-{other}")).to_contain_text("eosinophil")
    conflict.get_by_role("button", name="Make it lymphocyte after all").click()
    second.expect_saved()
    expect(conflict).to_have_count(0)
    assert {cell["id"]: cell["subtype"] for cell in second.result()["cells"]}[other] == "lymphocyte"


def test_a_lost_answer_doubles_nothing(review_server: Server, review_smears: list[Path], new_page: NewPage) -> None:
    page = new_page()
    [field] = upload_fields(page, review_server, "LOST-ANSWER", review_smears[1])
    viewer = Viewer.open(page, field)
    lost: list[int] = []

    def lose_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)  # the server has it; the browser never learns
            route.abort()
        else:
            route.continue_()

    page.route("**/edits", lose_first_answer)
    first, second = viewer.cell_of("WBC"), viewer.cell_of("WBC", 1)
    with page.expect_event("requestfailed"):
        viewer.names(first, "m")
    viewer.names(second, "b")
    viewer.expect_saved()

    assert lost == [200]
    assert [edit["new"]["subtype"] for edit in viewer.review()["edits"]] == ["monocyte", "basophil"]
    expect(page.locator(".conflict")).to_have_count(0)


def test_a_connection_lost_in_the_middle_of_editing_loses_nothing_even_when_the_tab_is_closed(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    [field] = upload_fields(page, review_server, "OFFLINE", review_smears[2])
    viewer = Viewer.open(page, field)
    cells = [viewer.cell_of("WBC", index) for index in range(4)]
    viewer.names(cells[0], "m")
    viewer.expect_saved()

    page.context.set_offline(True)
    viewer.names(cells[1], "b")
    viewer.names(cells[2], "e")
    viewer.names(cells[2], "Delete")
    page.keyboard.press("Control+z")
    state = page.locator("[data-save-state]")
    expect(state).to_contain_text("Not saved yet: 4 changes wait on this computer")
    expect(page.locator(f"#cell-{cells[2]}")).to_contain_text("eosinophil, confirmed")
    page.close()

    context = next(context for context in new_page().context.browser.contexts if context.pages == [])  # type: ignore[union-attr]
    context.set_offline(False)
    again = Viewer.open(context.new_page(), field)
    again.expect_saved()

    subtypes = {cell["id"]: cell["subtype"] for cell in again.result()["cells"]}
    assert [subtypes[cell] for cell in cells[:3]] == ["monocyte", "basophil", "eosinophil"]
    assert [edit["action"] for edit in again.review()["edits"]] == [
        "relabel", "relabel", "relabel", "delete", "restore",
    ]  # fmt: skip
    assert again.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('bloodcount.edit')).length") == 0


def test_edits_go_on_by_themselves_when_the_connection_is_back(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    [field] = upload_fields(page, review_server, "BACK-AGAIN", review_smears[0])
    viewer = Viewer.open(page, field)
    page.context.set_offline(True)
    page.locator("#cell-n0").click()
    page.locator("[data-cell-list]").press("Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet: 1 change waits")

    page.context.set_offline(False)

    viewer.expect_saved()
    assert viewer.review()["revision"] == 1


def test_on_a_shared_computer_waiting_edits_are_saved_under_nobody_elses_name(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    context = page.context
    [field] = upload_fields(page, review_server, "SHARED-COMPUTER", review_smears[0])
    viewer = Viewer.open(page, field)
    context.set_offline(True)
    viewer.names("n0", "Enter")
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet: 1 change waits")
    page.close()
    context.set_offline(False)

    database = create_database(Settings(data_dir=review_server.data_dir))
    others = open_test_session(database, role=Role.TECHNICIAN)
    database.dispose()
    context.add_cookies([{"name": SESSION_COOKIE, "value": others, "url": review_server.url}])
    other = Viewer.open(context.new_page(), field)
    expect(other.page.locator("[data-conflicts]")).to_contain_text("Changes by test-admin on field-1.png wait on this")
    other.names("n1", "Enter")
    other.expect_saved()
    assert [(edit["cell"], edit["actor"]) for edit in other.review()["edits"]] == [("n1", "test-technician")]

    # A page that stayed open while somebody else signed in is told, and keeps what it has.
    context.add_cookies([{"name": SESSION_COOKIE, "value": TEST_SESSION, "url": review_server.url}])
    other.names("n2", "Enter")
    expect(other.page.locator("[data-save-state]")).to_contain_text(
        "made by test-technician, but test-admin is signed in"
    )

    own = Viewer.open(context.new_page(), field)
    own.expect_saved()
    assert [(edit["cell"], edit["actor"]) for edit in own.review()["edits"]] == [
        ("n1", "test-technician"), ("n0", "test-admin"),
    ]  # fmt: skip
