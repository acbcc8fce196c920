"""Persons and companies, their verification, and the documents sent for them."""
