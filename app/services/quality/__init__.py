"""Looking back and quality control."""
