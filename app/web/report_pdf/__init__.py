"""A report as a PDF file, drawn from what was signed and nothing else."""

from app.web.report_pdf.pictures import CellReader, PictureReader, PictureSource
from app.web.report_pdf.render import render_report

__all__ = ["CellReader", "PictureReader", "PictureSource", "render_report"]
