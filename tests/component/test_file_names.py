"""Whatever name a file came with, what is shown is short, visible and no path."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.intake.file_names import MAX_NAME_CHARACTERS, display_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("field-01.jpg", "field-01.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\lab\\Bild 1.JPG", "Bild 1.JPG"),
        ("folder/", "folder"),
        ("", "unnamed image"),
        ("..", "unnamed image"),
        ("/", "unnamed image"),
        ("\0", "unnamed image"),
        ("a\0b\r\nc\x7f.png", "ab c.png"),
        ("gpj.\u202eexe.png", "gpj.exe.png"),
        ("🩸 Übersicht.png", "🩸 Übersicht.png"),
        ("👩\u200d🔬.png", "👩\u200d🔬.png"),
        ("half\ud800.png", "half.png"),
        ("<script>alert(1)</script>.png", "script>.png"),
    ],
)
def test_what_is_shown_of_a_name(given_name: str, shown: str) -> None:
    assert shown == display_name(given_name)


def test_a_long_name_keeps_its_beginning_and_its_extension() -> None:
    name = display_name("slide-7-" + "x" * 300 + "-end.tiff")

    assert len(name) == MAX_NAME_CHARACTERS
    assert name.startswith("slide-7-xxx")
    assert name.endswith("xxx-end.tiff")
    assert "…" in name


@given(st.text(st.characters(codec=None), max_size=400))
def test_any_name_becomes_short_and_visible(given_name: str) -> None:
    shown = display_name(given_name)

    assert 1 <= len(shown) <= MAX_NAME_CHARACTERS
    assert "/" not in shown
    assert all(unicodedata.category(character)[0] != "C" or character == "\u200d" for character in shown)
    assert shown == display_name(shown)
