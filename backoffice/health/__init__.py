"""Whether everything that must run does, and who is told when not."""
