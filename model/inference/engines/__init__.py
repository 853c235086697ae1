"""What runs the network: one interface, and engines for processors and graphics cards behind it."""

from model.inference.engines.choosing import ENGINE_NAMES, build_engine, installed_engines
from model.inference.engines.engine import Engine, EngineUnavailable

__all__ = ["ENGINE_NAMES", "Engine", "EngineUnavailable", "build_engine", "installed_engines"]
