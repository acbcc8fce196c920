"""The contract that proves itself: the probe, the calls tried by hand, and other providers than the one assumed."""
