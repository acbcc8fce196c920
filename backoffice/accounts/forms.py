"""Forms of signing in that say more than django-allauth's own."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey's name, and whether it signs in alone."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("To tell it from others: “Phone”, “Blue key”.")
        self.fields["passwordless"].label = _("Also sign in with it instead of name and password")
        self.fields["passwordless"].help_text = _("It then asks for your fingerprint, face or PIN.")
