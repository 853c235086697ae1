"""Image files are read by processes of their own, and what happens there happens to nobody else."""

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

import numpy as np
import pytest

from app.protection_errors import DecoderUnavailable
from app.services.images.decoding.pool import DecoderPool
from app.services.images.decoding.reader import ImageReader
from model.preprocessing import ImageLimits, ImageRefused, decode_image, describe_image, inspect_image
from tests.unit.preprocessing.images import coloured_picture, encoded, noisy_picture, png_bomb
from tests.web.image_files import jpeg_of, sixteen_bit_png, transparent_png, turned_png

FILES = {
    "JPEG": encoded(noisy_picture(), "JPEG"),
    "TIFF": encoded(coloured_picture(), "TIFF"),
    "WebP": encoded(coloured_picture(), "WEBP"),
    "turned JPEG": jpeg_of(90, orientation=8),
    "turned PNG": turned_png(),
    "16 bits": sixteen_bit_png(),
    "transparent": transparent_png(),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    pool = DecoderPool(most=1)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def faulty_pool() -> Iterator[DecoderPool]:
    pool = DecoderPool((sys.executable, str(Path(__file__).with_name("faulty_decoder.py"))), most=1)
    yield pool
    pool.close()


def reader_with(pool: DecoderPool, *, seconds: float = 60, **limits: int) -> ImageReader:
    return ImageReader(ImageLimits(**limits), seconds, pool)


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_what_another_process_reads_is_what_this_one_would(pool: DecoderPool, content: bytes) -> None:
    reader = reader_with(pool)

    found, expected = reader.decode(content), decode_image(content)

    assert reader.inspect(content) == inspect_image(content)
    assert reader.describe(content) == describe_image(content)
    assert np.array_equal(found.image_hwc_u8, expected.image_hwc_u8)
    assert (found.size, found.format, found.warnings) == (expected.size, expected.format, expected.warnings)
    found.image_hwc_u8[0, 0] = 7  # the pixels belong to the caller
    assert not np.array_equal(found.image_hwc_u8, expected.image_hwc_u8)


def test_a_file_on_disk_an_open_upload_and_a_remote_stream_are_read_alike(pool: DecoderPool) -> None:
    reader, content = reader_with(pool), FILES["JPEG"]
    with NamedTemporaryFile() as upload:
        upload.write(content)  # not flushed: it lies in this process still

        assert reader.inspect(cast("BinaryIO", upload.file)) == inspect_image(content)
    assert reader.inspect(BytesIO(content)) == inspect_image(content)


@pytest.mark.parametrize("content", [b"", b"no image", FILES["JPEG"][:-40], png_bomb(20_000)])
def test_a_refusal_is_the_same_as_in_one_process(pool: DecoderPool, content: bytes) -> None:
    with pytest.raises(ImageRefused) as expected:
        inspect_image(content)
    with pytest.raises(ImageRefused) as found:
        reader_with(pool).inspect(content)

    assert (found.value.code, found.value.message) == (expected.value.code, expected.value.message)


@pytest.mark.parametrize(
    ("order", "seconds", "code", "words"),
    [
        ("crash", 60, "decoder_crashed", "makes the decoder of images fail"),
        ("raise", 60, "decoder_crashed", "makes the decoder of images fail"),
        ("write", 60, "decoder_crashed", "makes the decoder of images fail"),
        ("babble", 60, "decoder_crashed", "makes the decoder of images fail"),
        ("hang", 0.3, "decoder_timed_out", "took longer than 0.3 seconds"),
        ("spin", 0.3, "decoder_timed_out", "took longer than 0.3 seconds"),
        ("swallow", 60, "decoder_out_of_memory", "more memory than an image of its size"),
    ],
)
def test_a_file_that_harms_its_decoder_is_refused_and_the_next_is_read(
    faulty_pool: DecoderPool, order: str, seconds: float, code: str, words: str
) -> None:
    with pytest.raises(ImageRefused) as refusal:
        reader_with(faulty_pool, seconds=seconds).inspect(order.encode() + b"\n")

    assert (refusal.value.code, words in refusal.value.message) == (code, True)
    assert reader_with(faulty_pool).inspect(FILES["JPEG"]) == inspect_image(FILES["JPEG"])


def test_an_image_may_take_the_memory_that_its_own_size_needs(pool: DecoderPool) -> None:
    """A sound image of 81 million pixels; the room of a small one would not do."""
    assert reader_with(pool, max_pixels=81_000_000).decode(png_bomb(9_000)).size.width == 9_000


def test_a_decoder_knows_no_secret(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOODCOUNT_DATABASE_URL", "postgresql://lab:secret@db/bloodcount")
    pool.close()
    reader_with(pool).inspect(FILES["JPEG"])

    environment = Path(f"/proc/{pool._idle[0]._process.pid}/environ").read_bytes()

    assert b"secret" not in environment
    assert b"PYTHONPATH" in environment


def test_a_process_is_used_again_and_replaced_after_many_images(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.images.decoding.pool._IMAGES_A_PROCESS", 3)
    pool.close()
    reader = reader_with(pool)
    seen = []
    for _ in range(5):
        reader.inspect(FILES["JPEG"])
        seen.append(pool._idle[0]._process.pid if pool._idle else None)

    assert seen[0] == seen[1]
    assert seen[2] is None
    assert seen[3] == seen[4] != seen[0]


def test_a_process_that_was_killed_while_idle_is_noticed(pool: DecoderPool) -> None:
    reader = reader_with(pool)
    reader.inspect(FILES["JPEG"])
    os.kill(pool._idle[0]._process.pid, 9)
    pool._idle[0]._process.wait()

    assert reader.inspect(FILES["JPEG"]) == inspect_image(FILES["JPEG"])


def test_without_any_process_the_file_is_not_blamed() -> None:
    with pytest.raises(DecoderUnavailable, match="try again"):
        reader_with(DecoderPool(("/nowhere/python",))).inspect(FILES["JPEG"])
    with pytest.raises(DecoderUnavailable, match="it ended with status"):
        reader_with(DecoderPool((sys.executable, "-c", "raise SystemExit(3)"))).inspect(FILES["JPEG"])
