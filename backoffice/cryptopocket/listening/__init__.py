"""Learns from deliveries how the provider signs and words its webhooks (contract 7.4, 7.5).

`receiver.py` takes deliveries in, `observing.py` reduces each to names and shapes, `learning.py` makes findings of
them. What is tried is data in `ways.py`. Only what is signed with our secret teaches anything.
"""
