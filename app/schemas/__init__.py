"""Schemas: the types that cross a boundary, as forms, API bodies and page contents."""
