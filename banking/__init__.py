"""Bank accounts, their transactions, and matching them with payments."""
