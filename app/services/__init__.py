"""Services: what a laboratory does with samples, images and results, one verb a function."""
