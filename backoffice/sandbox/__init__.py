"""A local stand-in for the provider: the whole contract over real HTTP, without credentials.

It shares no code with the client, so that it cannot share the client's misunderstandings; what both
have in common is the contract only. In a process of its own: ``manage.py sandbox``, or, without
Django, ``python -m backoffice.sandbox``. In a test: `start_sandbox`.
"""

from backoffice.sandbox.handle import Sandbox, start_sandbox

__all__ = ["Sandbox", "start_sandbox"]
