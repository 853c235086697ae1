"""A page with pictures of the worst fields: plain HTML beside the pictures, readable without a network."""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from model.classes import CELL_CLASSES
from model.evaluation.outcome import FieldOutcome, worst_fields
from model.evaluation.pictures import draw_field
from model.evaluation.predictions import FieldPrediction
from model.preprocessing import DEFAULT_LIMITS, decode_image

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1c1c1c;"
    "background:#fff}table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.2rem .6rem;text-align:right}"
    "th:first-child,td:first-child{text-align:left}img{max-width:100%;height:auto;border:1px solid #bbb}"
)


def write_gallery(
    folder: Path,
    fields: Sequence[FieldPrediction],
    thresholds: Sequence[float],
    paths_by_key: Mapping[str, Path],
    number: int,
) -> Path:
    """Draw the ``number`` worst fields over all classes and of each class; returns ``index.html``.

    ``paths_by_key`` tells where the full-size image of each field lies. A field that is among the worst
    more than once is drawn once.

    Raises:
        OSError: An image cannot be read, or the folder cannot be written.
        ImageRefused: An image cannot be decoded.
    """
    sections = {"all classes": worst_fields(fields, thresholds, number)}
    for index, code in enumerate(CELL_CLASSES):
        sections[code.value] = worst_fields(fields, thresholds, number, index)
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, str] = {}
    for outcome in (outcome for section in sections.values() for outcome in section):
        key = outcome.field.key
        if key not in drawn:
            drawn[key] = f"{len(drawn) + 1:02d}-{re.sub(r'[^A-Za-z0-9._-]+', '-', key)}.png"
            decoded = decode_image(paths_by_key[key].read_bytes(), DEFAULT_LIMITS)
            draw_field(Image.fromarray(decoded.image_hwc_u8), outcome).save(folder / drawn[key])
    index_file = folder / "index.html"
    index_file.write_text(_page(sections, drawn, thresholds, len(fields)), encoding="utf-8")
    return index_file


def _page(
    sections: Mapping[str, Sequence[FieldOutcome]], drawn: Mapping[str, str], thresholds: Sequence[float], total: int
) -> str:
    working = ", ".join(f"{code.value} {value:.2f}" for code, value in zip(CELL_CLASSES, thresholds, strict=True))
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Worst fields</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><h1>Worst fields of {total}</h1>",
        f"<p>Most cells missed and extra at the working thresholds ({working}), IoU 0.5.</p>",
        "<p>A box that sits badly makes both. Labels are wrong too: look before you blame the network.</p>",
    ]
    for name, outcomes in sections.items():
        parts.append(f"<h2>Worst by {html.escape(name)}</h2>")
        parts.append(_table(outcomes, drawn) if outcomes else "<p>No field with an error.</p>")
    pictured = {outcome.field.key: outcome for section in sections.values() for outcome in section}
    for key, name in drawn.items():
        parts.append(_figure(pictured[key], name))
    return "\n".join([*parts, "</body></html>", ""])


def _table(outcomes: Sequence[FieldOutcome], drawn: Mapping[str, str]) -> str:
    codes = [code.value for code in CELL_CLASSES]
    head = "".join(f"<th>{code} there</th><th>counted</th><th>missed</th><th>extra</th>" for code in codes)
    rows = []
    for outcome in outcomes:
        tallies = [outcome.tally(index) for index in range(len(codes))]
        numbers = "".join(
            f"<td>{tally.reference}</td><td>{tally.counted}</td><td>{tally.missed}</td><td>{tally.extra}</td>"
            for tally in tallies
        )
        anchor = html.escape(drawn[outcome.field.key])
        rows.append(f'<tr><td><a href="#{anchor}">{html.escape(outcome.field.key)}</a></td>{numbers}</tr>')
    return f"<table><thead><tr><th>field</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _figure(outcome: FieldOutcome, name: str) -> str:
    key, file_name = html.escape(outcome.field.key), html.escape(name)
    return (
        f'<figure id="{file_name}"><figcaption>{key}: {outcome.errors()} errors</figcaption>'
        f'<a href="{file_name}"><img src="{file_name}" loading="lazy" alt="{key} with reference and counted boxes"></a>'
        "</figure>"
    )
