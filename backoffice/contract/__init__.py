"""What is known of the provider's API, and what its answers show of it."""
