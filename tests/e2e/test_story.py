"""The measured story, short: it must keep working between two measurements, and its keys must stay few."""

from pathlib import Path

import pytest

from tests.e2e.conftest import NewPage
from tests.e2e.review_server import SMALL_FIELDS
from tests.e2e.serving import Server
from tests.e2e.story import CORRECTIONS, PASSWORD, give_a_password, tell

pytestmark = pytest.mark.browser

_MOST_KEYS = 60  # besides those of the password


def test_a_sample_is_corrected_and_signed_with_few_keys(
    review_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    give_a_password(review_server)

    steps = tell(new_page(), review_server, tmp_path, field_count=SMALL_FIELDS)

    assert sum(step.keys for step in steps) - len(PASSWORD) <= _MOST_KEYS
    naming = [step for step in steps if step.name[0].isdigit()]
    assert len(naming) == CORRECTIONS
    assert max(step.keys for step in naming) <= 6
