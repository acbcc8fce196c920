"""The provider's error codes in plain words: what each means and what to do (contract 3 to 6)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

INVALID_REQUEST = "invalid_request"
NOT_SENT_BY_US = "cannot_be_sent"
ASKED_TO_BE_FORGOTTEN = "asked_to_be_forgotten"
CHANGED_AFTER_ASKING = "changed_after_asking"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One code: what it means, and what to do about it."""

    meaning: str | Promise
    remedy: str | Promise


def _say(meaning: str | Promise, remedy: str | Promise) -> Explanation:
    return Explanation(meaning=meaning, remedy=remedy)


_ASK_AN_ADMINISTRATOR = _("Ask an administrator.")
_TRY_LATER = _("Nothing was done. Try again later; if it stays, ask CryptoPocket.")

_OF_THE_PROVIDER: dict[str, Explanation] = {
    # Every call (contract 1.2)
    "authorization_incorrect": _say(
        _("The provider does not accept our authorisation: the token, its expiry or our IP address."),
        _("Ask an administrator to check the API key and secret, the clock, and the provider's IP list."),
    ),
    "unexpected_error": _say(_("The provider had an internal error."), _TRY_LATER),
    # Customers (contract 3)
    "user_already_exists": _say(
        _("The provider already has a customer with this e-mail address."),
        _("Use that customer; if it is not in the list, sync the customers."),
    ),
    "email_not_allowed": _say(
        _("The provider does not take addresses of this e-mail domain: it is a disposable one."),
        _("Ask the customer for another address and register again."),
    ),
    "user_not_found": _say(_("The provider knows no customer of this id."), _("Sync the customers and look again.")),
    "user_not_in_integration": _say(
        _("The customer belongs to another integration of the provider."),
        _("It cannot be done from here. Check that this is the right environment."),
    ),
    "invalid_file": _say(
        _("The provider could not use the file."), _("Open it, save it again as PDF, JPEG or PNG, and upload that.")
    ),
    "fail_mandatory_field": _say(
        _("A field that the provider needs was missing."), _("Complete the form and ask again.")
    ),
    # Payments (contract 4.3, 4.4) and off-ramps (contract 5.2)
    "user_banned": _say(_("The provider has banned this customer."), _("Ask CryptoPocket why before going on.")),
    "require_kyc": _say(
        _("The customer's identity is not verified yet."),
        _("Send the customer the KYC link (Compliance can see it), and wait for the result."),
    ),
    "kyc_reinforced_required": _say(
        _("The customer must complete the enhanced verification first."), _("Send an enhanced verification link.")
    ),
    "limit_exceded": _say(
        _("The customer's quarterly limit for purchases by card is used up."),
        _("Use a transfer, or wait for the next quarter."),
    ),
    "coin_not_supported": _say(
        _("This coin on this chain is not active for our project."), _("Choose another pair of coin and chain.")
    ),
    "min_purchase": _say(_("The amount is below the project's minimum."), _("Ask for a higher amount.")),
    "method_not_allowed": _say(_("Our integration may not use cards."), _("Choose another way to pay.")),
    "error_payment_creation": _say(_("The provider could not create the payment."), _TRY_LATER),
    "guided_payment_eur_only": _say(_("Guided payments are made in euros only."), _("Ask for it in EUR.")),
    "payment_not_found": _say(_("The provider knows no payment of this id."), _("Sync the payments and look again.")),
    "rampoff_not_found": _say(_("The provider knows no off-ramp of this id."), _("Sync the off-ramps and look again.")),
    # Bank accounts (contract 6)
    "account_not_found": _say(
        _("The provider knows no bank account of this IBAN."), _("Sync the bank accounts and look again.")
    ),
    "transaction_not_found": _say(
        _("The provider knows no bank transaction of this id."),
        _("Sync the bank transactions and look again."),
    ),
    "already_reconciled": _say(
        _("The payment or the bank transaction was reconciled before, perhaps with another one."),
        _("Sync both and see what they are paired with."),
    ),
}
_OF_OURS: dict[str, Explanation] = {
    # Codes of our client and of this room
    "validation_failed": _say(
        _("The provider found a field missing or wrong."), _("Correct what it names and ask again.")
    ),
    "free_text": _say(_("The provider refused without a code."), _("Its own words are shown beside.")),
    "no_code": _say(_("The provider refused without saying why."), _TRY_LATER),
    INVALID_REQUEST: _say(
        _("What was asked cannot be put into a call to the provider."),
        _("Correct it and ask again; if nothing is wrong with it, tell an administrator."),
    ),
    NOT_SENT_BY_US: _say(_("Our own check stopped it before the call."), _ASK_AN_ADMINISTRATOR),
    ASKED_TO_BE_FORGOTTEN: _say(
        _("The customer asked to be forgotten, so it was ended and nothing more of it is sent."),
        _("If that was a mistake, a Supervisor lifts the restriction on the customer's page; then ask anew."),
    ),
    CHANGED_AFTER_ASKING: _say(
        _("It was changed after it was asked for, so what is approved is not what was asked."),
        _("If it is still wanted, ask for it anew."),
    ),
}
PROVIDER_CODES = frozenset(_OF_THE_PROVIDER)
"""Codes that the contract gives the provider: none of them is a name that we made up."""

EXPLANATIONS = {**_OF_THE_PROVIDER, **_OF_OURS}


def explain(code: str, text: str = "") -> str:
    """The meaning of a code and what to do; an unknown code is shown as it came."""
    known = EXPLANATIONS.get(code)
    if known is None:
        return gettext("The provider refused with “%(code)s”, a code we do not know yet.") % {"code": code or text}
    return f"{known.meaning} {known.remedy}"
