"""Samples and their patients: found, made, changed."""
