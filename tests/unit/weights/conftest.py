"""The random release, which every test here opens, copies or damages."""

from tests.random_release import random_release

__all__ = ["random_release"]
