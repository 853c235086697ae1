"""A progress bar on the terminal for commands that count many fields."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def counting_bar(description: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, gone when done; what it gives takes the fields done and to do. No terminal, no bar."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(description, total=total)
        yield lambda done, to_do: progress.update(task, completed=done, total=to_do)
