import pytest

from app.errors import InvalidInput
from app.services.intake.manifests import read_manifest


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_by_their_names_in_any_order(delimiter: str) -> None:
    lines = [["Note", "Accession number", "File name"], ["edge", " 26-1 ", "a.jpg"], [], ["", "26-2", "b.jpg"]]
    text = "\ufeff" + "\r\n".join(delimiter.join(line) for line in lines)

    rows = read_manifest(text, {})

    assert [(row.line, row.file, row.accession_number, row.note) for row in rows] == [
        (2, "a.jpg", "26-1", "edge"),
        (4, "b.jpg", "26-2", None),
    ]


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    rows = read_manifest('file,accession,note\n"a, b.jpg",26-1,"two\nlines"\nc.jpg,26-2,\n', {})

    assert [(row.line, row.file, row.note) for row in rows] == [(3, "a, b.jpg", "two\nlines"), (4, "c.jpg", None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("name,number\na.jpg,1\n", "'name,number'"),
        ("file,accession\n,26-1\n", "Line 2"),
        ("file,accession\na.jpg,26-1\nb.jpg,\n", "Line 3"),
        ("file,accession\na.jpg\n", "Line 2"),
        ("file,accession\na.jpg," + 65 * "9" + "\n", "65 characters"),
    ],
)
def test_a_manifest_that_cannot_be_used_names_the_line(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match="manifest") as caught:
        read_manifest(text, {})

    assert caught.value.field == "manifest"
    assert words.replace(",", ", ") in caught.value.message or words in caught.value.message


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(InvalidInput, match="20,000"):
        read_manifest("file,accession\n" + "a.jpg,1\n" * 20_001, {})
