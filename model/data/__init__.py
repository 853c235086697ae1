"""Data sets: reading, cleaning, integrating, transforming and reducing them to one training set."""
