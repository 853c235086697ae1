"""What a ZIP file may hold, judged before anything of it is unpacked."""

import stat
import struct
import zipfile
from io import BytesIO

import pytest

from app.batch_errors import ArchiveRejected
from app.services.intake.archives import Member, check_archive_size, list_members, open_archive
from app.settings import Settings

SETTINGS = Settings(
    max_file_bytes=10_000, max_archive_bytes=50_000, max_archive_members=20, max_archive_unpacked_bytes=60_000
)


def zip_of(*members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream


def members_of(stream: BytesIO, settings: Settings = SETTINGS) -> list[Member]:
    with open_archive(stream, settings) as archive:
        return list(list_members(archive, settings))


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def code_of(member: Member) -> str | None:
    return member.refused.code if member.refused else None


def test_plain_members_are_taken_and_folders_are_none() -> None:
    members = members_of(zip_of(("night/", b""), ("night/26-1/a.jpg", b"123"), ("b.jpg", b"4")))

    assert [(member.path, member.byte_size, member.refused, member.skipped) for member in members] == [
        ("night/26-1/a.jpg", 3, None, None),
        ("b.jpg", 1, None, None),
    ]


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("/etc/a.jpg", "absolute_path"),
        ("C:/a.jpg", "absolute_path"),
        ("../a.jpg", "path_outside"),
        ("a/../../b.jpg", "path_outside"),
        ("..\\a.jpg", "path_outside"),
        ("inner.ZIP", "nested_archive"),
        ("inner.tar.gz", "nested_archive"),
        (link("a.jpg"), "symbolic_link"),
    ],
)
def test_a_member_that_is_dangerous_is_refused_by_name(member: str | zipfile.ZipInfo, code: str) -> None:
    refused, fine = members_of(zip_of((member, b"x"), ("fine.jpg", b"y")))

    name = member if isinstance(member, str) else member.filename
    assert code_of(refused) == code
    assert refused.refused is not None
    assert repr(name.replace("\\", "/")) in refused.refused.message.replace("\\\\", "/")
    assert ".." not in refused.path.split("/")
    assert not refused.path.startswith("/")
    assert code_of(fine) is None


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(zip_of(("a.jpg", b"x"), compression=zipfile.ZIP_STORED).getvalue())
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1

    assert [code_of(member) for member in members_of(BytesIO(bytes(content)))] == ["encrypted_member"]


def test_of_two_members_with_one_name_the_first_is_taken() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        stream = zip_of(("a.jpg", b"x"), ("a.jpg", b"y"))

    first, second = members_of(stream)

    assert (code_of(first), code_of(second)) == (None, "duplicate_member")
    assert first.path != second.path


def test_a_refused_path_never_stands_in_for_a_good_one() -> None:
    bad, good = members_of(zip_of(("../a.jpg", b"x"), ("a.jpg", b"y")))

    assert (code_of(bad), code_of(good)) == ("path_outside", None)
    assert bad.path != good.path


@pytest.mark.parametrize("name", ["__MACOSX/._a.jpg", "n/.DS_Store", "n/Thumbs.db", "desktop.ini", "manifest.csv"])
def test_what_is_no_photograph_is_left_out_and_said_so(name: str) -> None:
    (member,) = members_of(zip_of((name, b"x")))

    assert member.refused is None
    assert member.skipped is not None
    assert name in member.skipped.message


def test_a_member_that_grows_too_much_is_refused_with_the_limit() -> None:
    settings = SETTINGS.model_copy(update={"max_file_bytes": 1_000_000, "max_archive_unpacked_bytes": 2_000_000})

    (bomb,) = members_of(zip_of(("bomb.bmp", bytes(900_000))), settings)

    assert code_of(bomb) == "too_high_ratio"
    assert bomb.refused is not None
    assert "200 times" in bomb.refused.message


def test_a_member_over_the_size_of_a_file_is_refused() -> None:
    (member,) = members_of(zip_of(("a.bmp", bytes(10_001)), compression=zipfile.ZIP_STORED))

    assert code_of(member) == "too_large_file"


def test_all_members_together_have_a_limit() -> None:
    stream = zip_of(*[(f"{number}.bmp", bytes(9_000)) for number in range(7)])

    with pytest.raises(ArchiveRejected, match=r"0\.1 MB together") as caught:
        open_archive(stream, SETTINGS)

    assert caught.value.code == "too_large_unpacked"


def test_the_number_of_members_has_a_limit() -> None:
    with pytest.raises(ArchiveRejected, match="21 members and the limit is 20") as caught:
        open_archive(zip_of(*[(f"{number}.bmp", b"x") for number in range(21)]), SETTINGS)

    assert caught.value.code == "too_many_members"


def test_a_huge_table_of_contents_is_refused_before_it_is_read() -> None:
    stream = zip_of(("a.jpg", b"x"))
    content = bytearray(stream.getvalue())
    struct.pack_into("<L", content, content.rfind(b"PK\x05\x06") + 12, 500_000_000)

    with pytest.raises(ArchiveRejected, match="table of contents"):
        open_archive(BytesIO(bytes(content)), SETTINGS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", b"x" * 70_000])
def test_a_file_that_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveRejected, match="no ZIP file"):
        open_archive(BytesIO(content), SETTINGS)


def test_a_zip_file_that_was_cut_off_is_refused() -> None:
    content = zip_of(("a.jpg", b"x" * 500)).getvalue()

    with pytest.raises(ArchiveRejected, match="cut off"):
        open_archive(BytesIO(content[: len(content) // 2]), SETTINGS)


@pytest.mark.parametrize(("size", "code"), [(0, "empty_file"), (50_001, "too_large_archive")])
def test_the_zip_file_itself_has_a_limit(size: int, code: str) -> None:
    with pytest.raises(ArchiveRejected) as caught:
        check_archive_size(size, SETTINGS)

    assert caught.value.code == code
