"""Bringing a release's batch norms to a laboratory's own fields: its stain and its camera, without a label.

What the network learnt stays; only the means and variances that its batch norms expect move towards those of the
laboratory's fields (Li et al. 2018, Pattern Recognition 80:109), by a share of the way (Schneider et al. 2020, arXiv
2006.16971). Decision 0043 holds what that gains and loses in laboratories never seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from model.inference import CellCounter
from model.network import CellDetector
from model.weights import WeightsRelease, load_network
from model.weights.checking import check_release
from model.weights.publishing import write_release

FEWEST_FIELDS = 8
"""Fewer fields tell of their cells rather than of the laboratory."""

Progress = Callable[[int, int], None]
"""Takes the fields done and to do."""


class TooFewFields(ValueError):
    """Too few of the images were counted to tell what a laboratory's fields look like."""


class NormLearner:
    """Works out the statistics of a network's batch norms over the inputs that it is given, one after the other."""

    def __init__(self, network: CellDetector) -> None:
        """Take over a network in evaluation mode."""
        self._network = network
        self._norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm2d)]
        self._before = [{name: values.clone() for name, values in part.named_buffers()} for part in self._norms]
        for norm in self._norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all inputs
            norm.train()

    def look(self, image_nchw_f32: Tensor) -> None:
        """Let one normalised image count, with the weight of each other one."""
        with torch.no_grad():
            self._network(image_nchw_f32)

    def adapted(self, share: float) -> CellDetector:
        """The network in evaluation mode, its statistics the share of the way from what they were to what was seen."""
        for norm, before in zip(self._norms, self._before, strict=True):
            for name, values in norm.named_buffers():
                mixed = torch.lerp(before[name], values, share) if values.is_floating_point() else before[name]
                values.copy_(mixed)
            norm.eval()
        return self._network


def adapt_release(
    release: WeightsRelease,
    images: Sequence[Path],
    folder: Path,
    *,
    version: str,
    share: float,
    engine: str = "auto",
    progress: Progress = lambda _done, _to_do: None,
) -> tuple[Path, int]:
    """Write a release of another version, adapted to the fields on these images; its file, and how many there were.

    ``engine`` finds the scale of each field; images that are refused teach nothing. The manifest keeps thresholds,
    confidences and the gate, tells what was done (``training["adapted"]``), and loses its metrics, which were measured
    before.

    Raises:
        TooFewFields: Fewer than ``FEWEST_FIELDS`` images were counted.
        WeightsRefused: The release does not fit the network, or the version is no version.
        OSError: An image cannot be read, or the release not be written.
    """
    inputs: list[Tensor] = []
    counter = CellCounter(release, device="cpu", engine=engine, listener=inputs.append)
    learner = NormLearner(load_network(release))
    fields = 0
    for done, path in enumerate(images, start=1):
        inputs.clear()
        if counter.count(path.read_bytes()).status == "counted":
            fields += 1
            for image in inputs:
                learner.look(image)
        progress(done, len(images))
    if fields < FEWEST_FIELDS:
        raise TooFewFields(
            f"{fields} of {len(images)} images were counted, and adapting needs at least {FEWEST_FIELDS}; give more "
            "fields of this laboratory, of as many smears as possible"
        )
    former = asdict(release.manifest.identity)
    told = {"adapted": {"from": former, "fields": fields, "share": share}}
    manifest = replace(release.manifest, version=version, training={**release.manifest.training, **told}, metrics={})
    path = write_release(folder, manifest, learner.adapted(share).state_dict())
    check_release(path)
    return path, fields
