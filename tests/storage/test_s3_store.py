"""Images in a bucket of a real S3 server: kept whole or not at all, whatever happens to the connection."""

import hashlib
import os
import threading
from collections.abc import Iterator

import boto3
import pytest

from app.db.session import Database
from app.errors import StorageUnavailable
from app.schemas.samples import ImageStatus
from app.settings import Settings
from app.storage import ImageStore, create_image_store
from app.storage.keys import storage_key
from tests.jobs.counters import ScriptedCounter
from tests.jobs.laboratory import Laboratory, wait_for
from tests.sample_images import image_bytes
from tests.storage.wire import Wire

LARGE = image_bytes(1) + os.urandom(6_000_000)
"""More than one part of an S3 upload."""


@pytest.fixture
def store(bucket: str) -> ImageStore:
    return create_image_store(Settings(storage_url=f"s3://{bucket}/images"))


@pytest.fixture
def laboratory(database: Database, store: ImageStore, settings: Settings) -> Iterator[Laboratory]:
    laboratory = Laboratory(database, store, settings)
    yield laboratory
    laboratory.stop_all()


def keep(store: ImageStore, content: bytes) -> str:
    with store.receive() as incoming:
        incoming.file.write(content)
        return incoming.keep(hashlib.sha256(content).hexdigest())


def read(store: ImageStore, key: str) -> bytes:
    with store.open(key) as stream:
        return stream.read()


def object_names(bucket: str) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return [item["Key"] for item in listed]


@pytest.mark.parametrize("content", [image_bytes(1), LARGE], ids=["small", "in parts"])
def test_what_was_kept_is_read_back_and_kept_once(store: ImageStore, bucket: str, content: bytes) -> None:
    assert keep(store, content) == keep(store, content)

    assert read(store, storage_key(hashlib.sha256(content).hexdigest())) == content
    assert object_names(bucket) == [f"images/{storage_key(hashlib.sha256(content).hexdigest())}"]


def test_an_image_that_is_not_there(store: ImageStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open(storage_key("0" * 64))


def test_an_answer_broken_off_in_its_middle_is_asked_for_again(store: ImageStore, wire: Wire) -> None:
    key = keep(store, image_bytes(1))
    wire.breaks_left = 2

    assert read(store, key) == image_bytes(1)
    assert wire.breaks_left == 0


@pytest.mark.slow
def test_a_store_that_is_away_is_told_and_works_again_when_it_is_back(
    store: ImageStore, wire: Wire, bucket: str
) -> None:
    key = keep(store, image_bytes(1))
    wire.cut()

    for attempt in (lambda: keep(store, image_bytes(2)), lambda: read(store, key), store.check):
        with pytest.raises(StorageUnavailable, match="try again"):
            attempt()
    wire.mend()

    assert read(store, key) == image_bytes(1)
    assert keep(store, image_bytes(2)) != key
    assert len(object_names(bucket)) == 2


@pytest.mark.usefixtures("wire")
def test_a_missing_bucket_is_refused_at_start_and_not_made() -> None:
    with pytest.raises(StorageUnavailable, match="bucket must exist already"):
        create_image_store(Settings(storage_url="s3://never-made/images"))

    assert "never-made" not in [item["Name"] for item in boto3.client("s3").list_buckets()["Buckets"]]


@pytest.mark.slow
def test_a_refusal_does_not_tell_the_address(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:secret@127.0.0.1:{wire.port}")
    wire.cut()

    with pytest.raises(StorageUnavailable) as refusal:
        create_image_store(Settings(storage_url="s3://smears/images"))

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_images_are_counted_from_a_bucket_that_was_away_for_a_while(laboratory: Laboratory, wire: Wire) -> None:
    queueing = laboratory.start(count=False)
    ids = laboratory.upload(queueing, *(image_bytes(seed) for seed in range(4)))
    counter = ScriptedCounter(gate=threading.Event())
    laboratory.start(counter)
    wait_for(lambda: counter.at_once == 1)
    wire.cut()
    counter.gate.set()
    wait_for(lambda: any(image.status is ImageStatus.COUNTED for image in laboratory.images().values()))
    wire.mend()

    images = laboratory.wait_until_finished()
    assert [(images[number].status, images[number].attempts) for number in ids] == [(ImageStatus.COUNTED, 1)] * 4
