"""A worker whose counter counts as many red cells as its weights' version says: see ``test_weights_switch``."""

from app.commands.worker import count_until_stopped
from app.settings import get_settings
from tests.jobs.weights_bench import counter_of

if __name__ == "__main__":
    count_until_stopped(get_settings(), counter_factory=counter_of)
