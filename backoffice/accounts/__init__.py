"""How people sign in, and how sure of them we are."""
