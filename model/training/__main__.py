"""``python -m model.training DATASET --run FOLDER``: training on a machine without the app's packages."""

import argparse
import sys
from pathlib import Path

from model.training.config import read_config
from model.training.run import TrainingRun


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m model.training", description=__doc__)
    parser.add_argument("dataset", type=Path, help="folder made by dataset build")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run: checkpoint and log")
    parser.add_argument("--config", type=Path, default=None, help="TOML file of training settings")
    parser.add_argument("--minutes", type=float, default=None, help="time budget")
    parser.add_argument("--start-from", default=None, help="weights file whose layers are taken over")
    parser.add_argument("--leave-out", action="append", help="source that the run must not see; may be repeated")
    arguments = parser.parse_args()
    left_out = tuple(arguments.leave_out) if arguments.leave_out else None
    config = read_config(
        arguments.config, minutes=arguments.minutes, left_out=left_out, start_from=arguments.start_from
    )
    TrainingRun(arguments.dataset, arguments.run, config, _say).train()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
