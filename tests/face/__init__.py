"""Tests of the pages' building blocks."""
