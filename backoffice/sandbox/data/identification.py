"""Identification numbers and IBANs whose check digits are right, by country.

Every function turns any whole number into one valid number of its kind. The people do not exist.
"""

from __future__ import annotations

import string

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CURP_ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_RFC_ALPHABET = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ"
_NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41)
_MODULO_11_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CCC_WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
_BANK_CODES = ("0049", "0075", "0081", "0128", "0182", "1465", "2038", "2085", "2100", "3058")


def spanish_dni(number: int) -> str:
    """Return a DNI: eight digits and the letter of their remainder by 23."""
    digits = number % 100_000_000
    return f"{digits:08d}{_DNI_LETTERS[digits % 23]}"


def spanish_nie(number: int) -> str:
    """Return an NIE: X, Y or Z (counted as 0, 1, 2), seven digits and the letter of a DNI."""
    prefix, digits = number % 3, number // 3 % 10_000_000
    return f"{'XYZ'[prefix]}{digits:07d}{_DNI_LETTERS[(prefix * 10_000_000 + digits) % 23]}"


def spanish_cif(number: int) -> str:
    """Return a CIF of a limited company (B): province, five digits and a check digit by Luhn."""
    digits = f"{1 + number % 52:02d}{number // 52 % 100_000:05d}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[0::2])
    total = doubled + sum(int(digit) for digit in digits[1::2])
    return f"B{digits}{-total % 10}"


def chilean_rut(number: int, *, company: bool = False) -> str:
    """Return a RUT with hyphen; companies have numbers from 76 million on."""
    digits = (76_000_000 if company else 7_000_000) + number % 15_000_000
    total = sum(
        weight * int(digit) for weight, digit in zip((2, 3, 4, 5, 6, 7, 2, 3), reversed(str(digits)), strict=False)
    )
    return f"{digits}-{'0123456789K0'[11 - total % 11] if total % 11 else '0'}"


def mexican_curp(number: int) -> str:
    """Return a CURP: four letters, birth date, sex, state, three consonants, homonym and check digit."""
    letters = _consonant(number) + "AEOU"[number // 21 % 4] + _consonant(number // 84) + _consonant(number // 1764)
    birth = f"{60 + number % 39:02d}{1 + number // 39 % 12:02d}{1 + number // 468 % 28:02d}"
    place = "HM"[number % 2] + ("DF", "JC", "NL", "PL", "VZ", "YN")[number // 2 % 6]
    inner = "".join(_consonant(number // 21**power) for power in (2, 3, 4))
    text = f"{letters}{birth}{place}{inner}{number // 9261 % 10}"
    total = sum((18 - place) * _CURP_ALPHABET.index(character) for place, character in enumerate(text))
    return f"{text}{-total % 10}"


def mexican_rfc(number: int) -> str:
    """Return the RFC of a company: three letters, founding date, homonym and check digit."""
    letters = "".join(_consonant(number // 21**power) for power in range(3))
    founded = f"{10 + number % 14:02d}{1 + number // 14 % 12:02d}{1 + number // 168 % 28:02d}"
    homonym = string.ascii_uppercase[number // 7 % 22] + str(1 + number // 182 % 9)
    text = f" {letters}{founded}{homonym}"
    total = sum((13 - place) * _RFC_ALPHABET.index(character) for place, character in enumerate(text))
    remainder = -total % 11
    return f"{text[1:]}{'A' if remainder == 10 else remainder}"


def colombian_cedula(number: int) -> str:
    """Return a citizen id: ten digits; it has no check digit."""
    return f"10{number % 100_000_000:08d}"


def colombian_nit(number: int) -> str:
    """Return a NIT of a company: nine digits from 900 million on, hyphen, check digit."""
    digits = str(900_000_000 + number % 99_999_999)
    total = sum(weight * int(digit) for weight, digit in zip(_NIT_WEIGHTS, reversed(digits), strict=True))
    return f"{digits}-{'01987654321'[total % 11]}"


def peruvian_dni(number: int) -> str:
    """Return a DNI: eight digits."""
    return f"{10_000_000 + number % 70_000_000}"


def peruvian_ruc(number: int) -> str:
    """Return the RUC of a company: 20, eight digits and a check digit by 11."""
    digits = f"20{10_000_000 + number % 89_999_999}"
    return f"{digits}{(11 - _weighted(digits) % 11) % 10}"


def argentine_dni(number: int) -> str:
    """Return a DNI: eight digits."""
    return f"{15_000_000 + number % 30_000_000}"


def argentine_cuit(number: int, *, prefix: str) -> str:
    """Return a CUIT or CUIL with hyphens; prefix 20 and 27 for people, 30 for companies."""
    digits = f"{prefix}{15_000_000 + number % 30_000_000}"
    return f"{prefix}-{digits[2:]}-{'012345678990'[11 - _weighted(digits) % 11]}"


def spanish_iban(number: int) -> str:
    """Return a Spanish IBAN: both control digits of the account and the two of the IBAN are right."""
    bank = _BANK_CODES[number % len(_BANK_CODES)] + f"{number // 10 % 10_000:04d}"
    account = f"{number // 100_000 % 10_000_000_000:010d}"
    body = f"{bank}{_account_digit('00' + bank)}{_account_digit(account)}{account}"
    return f"ES{98 - int(body + '142800') % 97:02d}{body}"


def _account_digit(digits: str) -> int:
    total = sum(weight * int(digit) for weight, digit in zip(_CCC_WEIGHTS, digits, strict=True))
    check = 11 - total % 11
    return {10: 1, 11: 0}.get(check, check)


def _weighted(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(_MODULO_11_WEIGHTS, digits, strict=True))


def _consonant(number: int) -> str:
    return _CONSONANTS[number % len(_CONSONANTS)]
