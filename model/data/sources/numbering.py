"""Numbers in file names: neighbouring ones come from one slide."""


def block_of(name: str, size: int) -> int:
    """The block of ``size`` consecutive numbers that a file's number lies in; names without digits count as 0."""
    digits = "".join(character for character in name if character.isdigit())
    return int(digits or 0) // size
