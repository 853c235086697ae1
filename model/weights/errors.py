"""Why weights are refused."""


class WeightsRefused(ValueError):
    """Weights cannot be used. ``code`` is stable; ``message`` names the file, the fault and the next step."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
