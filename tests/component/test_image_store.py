"""Images are kept under their content's name, durably and once; what is not kept leaves nothing."""

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from app.errors import StorageFull, StorageUnavailable
from app.settings import Settings
from app.storage import ImageStore, create_image_store
from app.storage.keys import storage_key
from tests.sample_images import image_bytes

CONTENT = image_bytes()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(params=["folder", "object store"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ImageStore]:
    """A store of each kind; fsspec's memory file system stands for every remote one."""
    if request.param == "folder":
        yield create_image_store(Settings(storage_url=f"file://{tmp_path}/images"))
        return
    root = f"/{uuid4().hex}"
    yield create_image_store(Settings(storage_url=f"memory://{root}"))
    memory = fsspec.filesystem("memory")
    if memory.exists(root):
        memory.rm(root, recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def folder_store(folder: Path) -> ImageStore:
    return create_image_store(Settings(storage_url=f"file://{folder}"))


def keep(store: ImageStore, content: bytes) -> str:
    with store.receive() as incoming:
        incoming.file.write(content)
        return incoming.keep(hashlib.sha256(content).hexdigest())


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_kept_is_read_back(any_store: ImageStore) -> None:
    key = keep(any_store, CONTENT)

    with any_store.open(key) as stream:
        assert stream.read() == CONTENT
    assert key == f"{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"


def test_an_incoming_image_can_be_read_before_it_is_kept(any_store: ImageStore) -> None:
    with any_store.receive() as incoming:
        incoming.file.write(CONTENT)
        incoming.file.seek(0)
        assert incoming.file.read() == CONTENT
        key = incoming.keep(SHA256)

    with any_store.open(key) as stream:
        assert stream.read() == CONTENT


def test_keeping_an_image_twice_keeps_it_once(any_store: ImageStore) -> None:
    assert keep(any_store, CONTENT) == keep(any_store, CONTENT)

    with any_store.open(storage_key(SHA256)) as stream:
        assert stream.read() == CONTENT


def test_many_at_once_keep_the_same_image(any_store: ImageStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: keep(any_store, CONTENT), range(16)))

    assert keys == {storage_key(SHA256)}


def test_an_image_that_is_not_there(any_store: ImageStore) -> None:
    with pytest.raises(FileNotFoundError):
        any_store.open(storage_key(SHA256))


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", SHA256, f"../{SHA256[2:4]}/{SHA256}"])
def test_no_key_leaves_the_store(any_store: ImageStore, key: str) -> None:
    with pytest.raises(ValueError, match=r"not (a SHA-256|the key of)"):
        any_store.open(key)


@pytest.mark.parametrize("sha256", ["", "../x", "0" * 63, "G" * 64, "A" * 64, "0" * 65])
def test_only_a_sha256_names_an_image(any_store: ImageStore, sha256: str) -> None:
    with any_store.receive() as incoming, pytest.raises(ValueError, match="not a SHA-256"):
        incoming.keep(sha256)


def test_a_working_store_passes_its_check(any_store: ImageStore) -> None:
    any_store.check()


def test_what_is_not_kept_leaves_nothing(folder_store: ImageStore, folder: Path) -> None:
    with folder_store.receive() as incoming:
        incoming.file.write(CONTENT)

    assert files(folder) == []


def test_what_fails_on_its_way_in_leaves_nothing(folder_store: ImageStore, folder: Path) -> None:
    with pytest.raises(KeyError), folder_store.receive():
        raise KeyError

    assert files(folder) == []


def test_file_and_folders_are_flushed_before_an_image_counts_as_kept(
    folder_store: ImageStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    really_flush = os.fsync

    def flush(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        really_flush(descriptor)

    monkeypatch.setattr(os, "fsync", flush)

    key = keep(folder_store, CONTENT)

    assert flushed[0].parent == folder / "incoming"
    assert flushed[1:] == [folder, (folder / key).parent.parent, (folder / key).parent]


def test_leftovers_of_a_killed_process_are_removed_after_a_day(folder_store: ImageStore, folder: Path) -> None:
    key = keep(folder_store, CONTENT)
    old, young = folder / "incoming" / "old", folder / "incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"half an image")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(old, (two_days_ago, two_days_ago))

    create_image_store(Settings(storage_url=f"file://{folder}"))

    assert files(folder) == [key, "incoming/young"]


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_told_and_leaves_nothing(folder_store: ImageStore, folder: Path) -> None:
    def keep_too_much() -> None:
        with folder_store.receive() as incoming:
            incoming.file.write(bytes(2_000_000))
            incoming.file.flush()

    with pytest.raises(StorageFull, match="free some space"):
        keep_too_much()

    assert files(folder) == []


def test_a_folder_that_is_gone_fails_its_check(folder_store: ImageStore, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))

    with pytest.raises(OSError, match="incoming"):
        folder_store.check()


@pytest.mark.parametrize("url", ["nonsense://bucket", "file:///dev/null/images"])
def test_an_address_that_cannot_be_used(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="BLOODCOUNT_STORAGE_URL"):
        create_image_store(Settings(storage_url=url))


def test_a_folder_with_a_space_in_its_name(tmp_path: Path) -> None:
    store = create_image_store(Settings(data_dir=tmp_path / "my data"))

    key = keep(store, CONTENT)

    assert (tmp_path / "my data" / "images" / key).read_bytes() == CONTENT
