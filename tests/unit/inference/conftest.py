"""The counter with random weights, loaded once for all tests here."""

from tests.random_release import random_counter, random_release

__all__ = ["random_counter", "random_release"]
