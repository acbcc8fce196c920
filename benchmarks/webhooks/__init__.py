"""The inbox under load: how fast it takes events, and that it loses none."""
