"""Signing, signed reports and their corrections."""
