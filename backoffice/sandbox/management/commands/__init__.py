"""The command of the stand-in provider."""
