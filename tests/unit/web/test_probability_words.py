"""How a probability of the network reads."""

import pytest

from app.web.subtype_words import probability_words


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.0, "0 %"), (0.554, "55 %"), (0.99, "99 %"), (0.997, "over 99 %"), (1.0, "over 99 %")],
)
def test_a_network_is_never_certain(probability: float, words: str) -> None:
    assert probability_words(probability) == words
