"""Training the detector from scratch: ``bloodcount train`` or ``python -m model.training``."""
