"""Repositories: the queries, one file a record. ``get_`` raises, ``find_`` may give None."""
