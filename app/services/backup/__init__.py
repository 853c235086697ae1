"""Copies of everything, and how they are put back."""
