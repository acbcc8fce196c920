"""Finds out which assumptions about a provider hold, by reading only, and writes the rest down as configuration.

`prober.py` asks, `alternatives.py` is the data it tries, `writing.py` makes the override file, `recording.py` keeps
the answers as fixtures, `trying.py` sends one call that writes, on a person's word.
"""
