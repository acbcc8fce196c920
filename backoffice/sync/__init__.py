"""The mirror: remote lists become rows, and stay true."""
