"""Encrypted fields, uploads, and what else keeps personal data safe."""
