"""The Django project of the back office, and what its domains share."""
