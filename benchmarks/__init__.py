"""How fast the mirror is, measured side by side: `make bench`, or `python -m benchmarks --quick`."""

PAGE_SIZE = 500
