"""A real S3 server on this machine: moto's, and a wire to it that can be cut."""

from collections.abc import Iterator

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from s3fs import S3FileSystem

from tests.storage.wire import Wire

BUCKET = "smears"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[tuple[str, int]]:
    """Host and port of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture
def wire(s3_server: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """The way to the server that every client of this test takes."""
    wire = Wire(s3_server)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ENDPOINT_URL": wire.url,
    }.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()  # fsspec remembers stores by address, and this address is a new one
    yield wire
    wire.close()
    S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(wire: Wire) -> str:
    """The name of an empty bucket."""
    client = boto3.client("s3")
    name = f"{BUCKET}-{wire.port}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return name
