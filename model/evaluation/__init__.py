"""Evaluation: precision, recall, average precision and counting errors against reference boxes."""
