"""The report's fonts, out of an installed package, and text in the form in which they can show all of it."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "OpenSans", "OpenSans-Bold", "OpenSans-Italic"
_FILES = {REGULAR: "OpenSans-Regular.ttf", BOLD: "OpenSans-Bold.ttf", ITALIC: "OpenSans-Italic.ttf"}
_PACKAGE = "ttf_opensans"
_SUBSTITUTES = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\t": " "})
"""Spaces that the fonts lack, by one that they have."""


def use_fonts() -> None:
    """Make the fonts known to ReportLab, once a process."""
    _glyphs()


def printable(text: str) -> str:
    """The text with each character that the fonts lack written as its number, so that none is lost in silence.

    Open Sans shows Latin, Greek and Cyrillic; of other scripts a report tells ``⟨U+4E2D⟩`` with plain brackets.
    """
    glyphs = _glyphs()
    told = text.translate(_SUBSTITUTES)
    return "".join(one if one == "\n" or ord(one) in glyphs else f"<U+{ord(one):04X}>" for one in told)


def markup(text: str) -> str:
    """The text for a paragraph, in which ReportLab reads tags: none of the text is one."""
    return escape(printable(text)).replace("\n", "<br/>")


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Code points that all the fonts can show; loads them.

    Raises:
        FileNotFoundError: The package of the fonts is not installed.
    """
    spec = find_spec(_PACKAGE)  # not imported: it opens its own files without closing them
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The package ttf-opensans is not installed; install Bloodcount again.")
    folder = Path(spec.origin).parent / "ttf"
    shown: list[set[int]] = []
    for name, file in _FILES.items():
        font = TTFont(name, str(folder / file))
        pdfmetrics.registerFont(font)
        shown.append(set(font.face.charToGlyph))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)
    return frozenset.intersection(*map(frozenset, shown))
