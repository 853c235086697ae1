"""Feeds damaged image files to everything that reads them, and looks for crashes, hangs and lost memory.

``python -m tests.fuzz.images --files 50000`` makes the files from small sound ones of every format: turned bits, lost,
doubled, moved and foreign pieces, and lying lengths. Each is inspected and decoded by the decoder processes, and
stripped in this one. It prints what became of them and ends with status 1 where a decoder crashed or hung, or memory
was lost.
"""

import argparse
import os
import random
import resource
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.services.images.decoding.pool import DecoderPool
from app.services.images.decoding.reader import ImageReader
from app.services.images.stripping import NotStrippable, stripped
from model.preprocessing import ImageLimits, ImageRefused
from tests.unit.preprocessing.images import coloured_picture, encoded, noisy_picture, png_bomb
from tests.unit.services.test_stripping import FILES
from tests.web.image_files import animated_webp, sixteen_bit_png, transparent_png, turned_png

SEEDS = (
    *FILES.values(),
    *(encoded(noisy_picture(), "TIFF", compression=how) for how in ("raw", "tiff_lzw", "tiff_deflate", "jpeg")),
    encoded(coloured_picture().convert("CMYK"), "TIFF", compression="packbits"),
    encoded(coloured_picture().convert("1"), "TIFF", compression="group4"),
    encoded(coloured_picture().quantize(4), "BMP"),
    animated_webp(),
    sixteen_bit_png(),
    transparent_png(),
    turned_png(),
    png_bomb(200),
)
_SECONDS = 20.0
_WARM_UP = 0.2
"""Share of the files after which memory is looked at for the first time: pools and caches are full by then."""

_TOLERATED_GROWTH_BYTES = 40_000_000
_FAILED = frozenset({"decoder_crashed", "decoder_timed_out"})
"""Running into the bound of memory is none: a file that asks for more than its size needs is refused for just that."""

_STRANGE_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

Mutation = Callable[[bytearray, random.Random], None]


def turn_bits(content: bytearray, chance: random.Random) -> None:
    """Turn one to sixteen bits."""
    for _ in range(chance.randint(1, 16)):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def turn_header_bits(content: bytearray, chance: random.Random) -> None:
    """Turn bits of the first hundred bytes, where sizes and types stand."""
    for _ in range(chance.randint(1, 4)):
        content[chance.randrange(min(100, len(content)))] ^= 1 << chance.randrange(8)


def write_strange_number(content: bytearray, chance: random.Random) -> None:
    """Write a number that programs stumble over somewhere, of two or four bytes, in either order."""
    number, wide = chance.choice(_STRANGE_NUMBERS), chance.random() < 0.5
    packed = struct.pack(chance.choice("<>") + ("I" if wide else "H"), number & (0xFFFFFFFF if wide else 0xFFFF))
    place = chance.randrange(len(content))
    content[place : place + len(packed)] = packed


def cut_off(content: bytearray, chance: random.Random) -> None:
    """Cut the end off."""
    del content[chance.randrange(1, len(content)) :]


def lose_a_piece(content: bytearray, chance: random.Random) -> None:
    """Lose a piece in the middle."""
    place = chance.randrange(len(content))
    del content[place : place + chance.randint(1, 64)]


def double_a_piece(content: bytearray, chance: random.Random) -> None:
    """Repeat a piece, up to a thousand times."""
    place = chance.randrange(len(content))
    piece = content[place : place + chance.randint(1, 200)]
    content[place:place] = piece * chance.choice((1, 2, 50, 1000))


def splice(content: bytearray, chance: random.Random) -> None:
    """Put a piece of another file in."""
    other = chance.choice(SEEDS)
    start, place = chance.randrange(len(other)), chance.randrange(len(content))
    content[place : place + chance.randint(0, 64)] = other[start : start + chance.randint(1, 400)]


MUTATIONS: tuple[Mutation, ...] = (
    turn_bits,
    turn_header_bits,
    write_strange_number,
    cut_off,
    lose_a_piece,
    double_a_piece,
    splice,
)


def damaged(chance: random.Random) -> bytes:
    """One of the sound files with one to three kinds of damage."""
    content = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 3)):
        if len(content) > 1:
            chance.choice(MUTATIONS)(content, chance)
    return bytes(content)


@dataclass
class Outcome:
    """What became of the files. ``read`` counts those that are sound in spite of the damage."""

    files: int = 0
    results: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    grown_bytes: int = 0
    decoder_peak_bytes: int = 0
    failures: list[str] = field(default_factory=list)


def fuzz(files: int, *, seed: int = 1) -> Outcome:
    """Feed so many files."""
    outcome, chance = Outcome(), random.Random(seed)
    pool = DecoderPool(most=1)
    reader = ImageReader(ImageLimits(max_pixels=20_000_000), _SECONDS, pool)
    before = 0
    for number in range(files):
        if number == int(files * _WARM_UP):
            before = _resident_bytes()
        content = damaged(chance)
        started = time.monotonic()
        _feed(content, reader, outcome)
        outcome.slowest_s = max(outcome.slowest_s, time.monotonic() - started)
        outcome.files += 1
    outcome.grown_bytes = _resident_bytes() - before
    pool.close()
    outcome.decoder_peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if outcome.grown_bytes > _TOLERATED_GROWTH_BYTES:
        outcome.failures.append(f"memory: {outcome.grown_bytes:,} bytes more than after the first files")
    return outcome


def _feed(content: bytes, reader: ImageReader, outcome: Outcome) -> None:
    try:
        reader.inspect(content)
        image = reader.decode(content)
        outcome.results["read"] += 1
        b"".join(stripped(content, image.format))
    except NotStrippable:
        outcome.results["written anew"] += 1
    except ImageRefused as refusal:
        outcome.results[refusal.code] += 1
        if refusal.code in _FAILED:
            outcome.failures.append(f"{refusal.code}: {content[:3000].hex()}")


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    outcome = fuzz(given.files, seed=given.seed)
    lines = [
        f"{outcome.files:,} files in {time.monotonic() - started:.0f} s, the slowest in {outcome.slowest_s:.2f} s",
        f"memory: {outcome.grown_bytes / 1e6:+.1f} MB since the first fifth",
        f"largest decoder process: {outcome.decoder_peak_bytes / 1e6:.0f} MB",
        *(f"{count:>8,} {result}" for result, count in outcome.results.most_common()),
        f"{len(outcome.failures)} failures",
        *outcome.failures[:20],
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
