"""Every code that the provider is documented to answer with has plain words and a remedy."""

import pytest

from backoffice.operations.refusals import EXPLANATIONS, explain

# Contract 1.2, 3.2 to 3.7, 4.3, 4.4, 4.5, 5.2, 5.3, 6.2, 6.3.
DOCUMENTED = [
    "authorization_incorrect",
    "unexpected_error",
    "user_already_exists",
    "email_not_allowed",
    "user_not_found",
    "user_not_in_integration",
    "invalid_file",
    "fail_mandatory_field",
    "user_banned",
    "require_kyc",
    "kyc_reinforced_required",
    "limit_exceded",
    "coin_not_supported",
    "min_purchase",
    "method_not_allowed",
    "error_payment_creation",
    "guided_payment_eur_only",
    "payment_not_found",
    "rampoff_not_found",
    "account_not_found",
    "transaction_not_found",
    "already_reconciled",
]


@pytest.mark.parametrize("code", DOCUMENTED)
def test_a_documented_code_has_a_meaning_and_a_remedy_without_the_code_itself(code: str) -> None:
    explanation = EXPLANATIONS[code]
    assert str(explanation.meaning).endswith(".")
    assert str(explanation.remedy).endswith(".")
    assert code not in explain(code)


def test_an_unknown_code_is_shown_as_it_came() -> None:
    assert "“moon_not_full”" in explain("moon_not_full")


def test_without_a_code_the_providers_own_words_are_shown() -> None:
    assert "Call to undefined method" in explain("", "Call to undefined method")
