"""Equal values have equal bytes: what a signature's hash rests on."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.reports.canonical_json import canonical_json, sha256_of

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_was_written_reads_back_and_is_written_the_same_again(value: object) -> None:
    written = canonical_json(value)

    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


@given(st.dictionaries(st.text(max_size=5), st.integers(), min_size=2))
def test_the_order_of_keys_is_no_difference(value: dict[str, int]) -> None:
    turned = dict(reversed(list(value.items())))

    assert canonical_json(turned) == canonical_json(value)


def test_it_is_short_sorted_and_not_escaped() -> None:
    assert canonical_json({"b": [1, 0.5], "a": "µ×≥ł"}) == '{"a":"µ×≥ł","b":[1,0.5]}'
    assert sha256_of("µ") == "5a072f1be4c3ee04849a9ad686b287d12d6a99dc4eba13c7a2ca1844e7923a0a"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"value": value})
