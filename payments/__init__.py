"""On-ramp payments, off-ramps, and the assets and methods they use."""
