"""What is worked out of counts: intervals, differentials, grades, ratios, concentrations and reference ranges."""
