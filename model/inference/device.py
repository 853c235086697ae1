"""Choosing where the network runs."""

import torch


class DeviceUnavailable(ValueError):
    """The device asked for is not on this machine."""


def choose_device(name: str) -> torch.device:
    """The device for ``auto`` (CUDA when there is one), ``cpu`` or ``cuda``.

    Raises:
        DeviceUnavailable: ``cuda`` was asked for and is not there, or the name is unknown.
    """
    if name not in {"auto", "cpu", "cuda"}:
        raise DeviceUnavailable(f"unknown device {name!r}; choose auto, cpu or cuda")
    has_cuda = torch.cuda.is_available()
    if name == "cuda" and not has_cuda:
        raise DeviceUnavailable("device cuda was asked for, but no CUDA device is available; choose auto or cpu")
    return torch.device("cuda" if has_cuda and name != "cpu" else "cpu")
