import pytest

from app.schemas.batches import GroupingRule, ManifestRow
from app.services.intake.grouping import group_files, sample_of

CASES = [
    ("night/26-0412/field-1.jpg", GroupingRule(by="folder"), "26-0412"),
    ("field-1.jpg", GroupingRule(by="folder"), None),
    ("26-0412_field_1.jpg", GroupingRule(by="before_first"), "26-0412"),
    ("26-0412_a_1.jpg", GroupingRule(by="before_last"), "26-0412_a"),
    ("a/26.0412 3.tiff", GroupingRule(by="before_last", separator=" "), "26.0412"),
    ("26-0412.jpg", GroupingRule(by="before_last"), "26-0412"),
    ("_1.jpg", GroupingRule(by="before_first"), None),
    ("x/26-0412.tar.jpg", GroupingRule(by="file"), "26-0412.tar"),
    ("x/y.jpg", GroupingRule(by="one", accession_number="26-7"), "26-7"),
    ("x/y.jpg", GroupingRule(by="one"), None),
]


@pytest.mark.parametrize(("path", "rule", "expected"), CASES)
def test_a_rule_reads_the_accession_number_out_of_the_path(path: str, rule: GroupingRule, expected: str | None) -> None:
    assert sample_of(path, rule) == expected


def test_a_row_of_the_manifest_goes_before_the_rule() -> None:
    rows = [
        ManifestRow(line=2, file="B\\field.jpg", accession_number="26-9", note="edge"),
        ManifestRow(line=3, file="gone.jpg", accession_number="26-8"),
    ]

    grouping = group_files(["n/a/field.jpg", "n/b/field.jpg", "more.zip"], GroupingRule(), rows)

    assert [file.accession_number for file in grouping.files] == ["a", "26-9", None]
    assert grouping.files[1].note == "edge"
    assert [row.file for row in grouping.rows_without_file] == ["gone.jpg"]
    assert grouping.files_without_row == ("n/a/field.jpg",)


def test_a_row_that_fits_two_files_is_used_for_none() -> None:
    rows = [ManifestRow(line=2, file="field.jpg", accession_number="26-9")]

    grouping = group_files(["a/field.jpg", "b/field.jpg"], GroupingRule(), rows)

    assert [file.accession_number for file in grouping.files] == ["a", "b"]
    assert grouping.ambiguous_rows == tuple(rows)


def test_a_row_that_names_a_whole_path_is_not_confused_with_a_longer_one() -> None:
    rows = [ManifestRow(line=2, file="field.jpg", accession_number="26-9")]

    grouping = group_files(["field.jpg", "b/field.jpg"], GroupingRule(), rows)

    assert [file.accession_number for file in grouping.files] == ["26-9", "b"]
