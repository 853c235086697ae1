"""Retention, export and erasure of a patient's data, and what the audit trail conceals."""
