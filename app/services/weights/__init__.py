"""Weights by an admin: taken in, judged, activated."""
