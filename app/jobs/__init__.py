"""Jobs: the durable counting of accepted images, and the one bridge to the neural network."""

from app.jobs.engine import JobEngine
from app.jobs.options import JobOptions
from app.jobs.runtime import CountingRuntime, FieldCounter

__all__ = ["CountingRuntime", "FieldCounter", "JobEngine", "JobOptions"]
