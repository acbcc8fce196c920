"""What the admin classes of this room share."""

REVEAL_PERMISSION = "customers.reveal_personal_data"
"""Who may reveal what is masked of a customer."""
