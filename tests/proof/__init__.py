"""What is claimed of every page and every field, tried on every page and every field."""
