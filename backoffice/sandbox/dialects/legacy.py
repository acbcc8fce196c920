"""A provider in the manner of an older gateway: Spanish, codes in place of words, one flat object, hours of Bogotá."""

from __future__ import annotations

from backoffice.sandbox.dialects.manner import Announcements, Dialect, Failures, Manner, Paging, Writer
from backoffice.sandbox.dialects.writers import (
    LocalTime,
    Words,
    as_text,
    cents_as_number,
    text_as_cents,
    text_as_cents_text,
    tokens_as_text,
)

_TIME = LocalTime("America/Bogota", "%d/%m/%Y %H:%M:%S.%f")
_FLAG = Words({True: "S", False: "N"})
_KYC_STATUS = Words({"unused": "KYC0", "processing": "KYC1", "valid": "KYC2", "fail": "KYC9"})
_PAYMENT_STATUS = Words({"started": 10, "pending_bank": 20, "payment_received": 30, "coins_sent": 40})
_OFFRAMP_STATUS = Words({"pending": "V10", "crypto_received": "V20", "finished": "V90"})
_SINGLE_OFFRAMP_STATUS = Words({"pending": "V10", "crypto_received": "V20"})
_DIRECTION = Words({"credit": "HABER", "debit": "DEBE"})
_KIND = Words({"person": "PF", "company": "PJ"})

_PAGING = Paging(
    page="pagina",
    size="registros",
    usual_size=10,
    largest_size=50,
    items="lista",
    total="cantidad",
    more="hay_mas",
)
_FAILURES = Failures(
    code="codigo",
    text="descripcion",
    codes={
        "user_not_found": "CLI-404",
        "payment_not_found": "PAG-404",
        "rampoff_not_found": "VTA-404",
        "account_not_found": "CTA-404",
        "transaction_not_found": "MOV-404",
        "subscription_not_found": "AVI-404",
        "already_reconciled": "MOV-409",
        "user_already_exists": "CLI-409",
        "coin_not_supported": "MON-400",
    },
    statuses={
        "user_not_found": 200,
        "payment_not_found": 400,
        "account_not_found": 200,
        "transaction_not_found": 200,
        "already_reconciled": 400,
    },
)
_CUSTOMER_NAMES = {
    "id": "cliente",
    "email": "correo",
    "name": "nombre",
    "last_name": "apellido",
    "identification_number": "num_doc",
    "identification_type": "tipo_doc",
    "country": "pais",
    "kyc_valid": "verificado",
    "kyc_status": "situacion",
    "created_at": "alta",
    "type": "tipo_persona",
    "company_name": "razon_social",
    "uuid": "guid",
}
_CUSTOMER_VALUES: dict[str, Writer] = {
    "kyc_valid": _FLAG,
    "kyc_status": _KYC_STATUS,
    "created_at": _TIME,
    "type": _KIND,
}
_PAYMENT_NAMES = {
    "id": "pago",
    "external_id": "referencia",
    "user_id": "cliente",
    "status": "situacion",
    "fiat_amount": "importe",
    "fiat_symbol": "divisa",
    "coin_symbol": "moneda",
    "coin_amount": "cantidad_moneda",
    "created_at": "alta",
    "holder": "titular",
    "payment_type": "medio",
    "concept": "concepto",
    "txid": "hash",
}
_OFFRAMP_NAMES = {
    "id": "venta",
    "status": "situacion",
    "blockchain": "red",
    "crypto": "moneda",
    "amount": "cantidad_moneda",
    "decimals": "decimales",
    "fiat_amount": "importe",
    "user_id": "cliente",
    "created_at": "alta",
}
_LINE_NAMES = {
    "id": "apunte",
    "iban": "cuenta",
    "amount": "importe",
    "currency": "divisa",
    "direction": "signo",
    "concept": "concepto",
    "counterparty_name": "ordenante",
    "counterparty_iban": "cuenta_ordenante",
    "booked_at": "fecha",
    "reconciled": "conciliado",
    "payment_id": "pago",
}
_PERSON_BODY = {
    "name": "nombre",
    "last_name": "apellido",
    "last_name2": "apellido2",
    "email": "correo",
    "country": "pais",
    "country_code": "pais_iso",
    "identification_number": "num_doc",
    "identification_type": "tipo_doc",
    "company_name": "razon_social",
    "phone": "telefono",
    "city": "ciudad",
    "address": "direccion",
    "address_state": "provincia",
    "zipcode": "cod_postal",
    "password": "clave_cliente",
    "professional_activity": "actividad",
    "dob": "fecha_nac",
    "iban": "cuenta_cliente",
    "callback_url": "url_retorno",
    "document_front": "anverso",
    "document_back": "reverso",
    "face": "rostro",
    "liveness": "prueba_vida",
}

LEGACY = Dialect(
    name="legacy",
    token_seconds=1800.0,
    announcements=Announcements(
        key_header="X-Cp-Clave",
        signature_header="X-Cp-Firma",
        timestamp_header="X-Cp-Hora",
        encoding="base64",
        type_field="evento",
        place="",
        names={"payment_id": "pago", "id": "venta", "user_id": "cliente"},
        verification="VERIFICACION",
    ),
    manners={
        "authenticate": Manner(
            names={"token": "clave", "expires_in": "segundos"}, values={"expires_in": as_text}, place="sesion"
        ),
        "getTokenPrice": Manner(
            path="/precio",
            query={"symbol": "moneda", "chain": "red", "fiat_symbol": "divisa"},
            names={"symbol": "moneda", "chain": "red", "fiat_symbol": "divisa", "price": "precio"},
            place="cotizacion",
            failures=_FAILURES,
        ),
        "listAvailableAssets": Manner(names={"symbol": "moneda", "chain": "red"}, place="lista", failures=_FAILURES),
        "listCustomers": Manner(names=_CUSTOMER_NAMES, values=_CUSTOMER_VALUES, paging=_PAGING, failures=_FAILURES),
        "createCustomer": Manner(failures=_FAILURES),
        "createCustomerDelegatedKyc": Manner(
            body=_PERSON_BODY,
            sent_as="multipart",
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            place="cliente",
            failures=_FAILURES,
        ),
        "getKycStatus": Manner(
            names={"user_id": "cliente", "kyc_valid": "verificado"},
            values={"kyc_valid": _FLAG},
            place="verificacion",
            failures=_FAILURES,
        ),
        "findUser": Manner(
            path="/buscarCliente",
            query={"email": "correo"},
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            has_status=False,
            place="",
            failures=_FAILURES,
        ),
        "listPaymentMethods": Manner(
            path="/mediosDePago",
            query={"country_code": "pais"},
            names={"code": "medio", "name": "nombre", "fiat_symbol": "divisa", "country_code": "pais"},
            place="lista",
            failures=_FAILURES,
        ),
        "getOnRampQuote": Manner(place="", failures=_FAILURES),
        "getPayment": Manner(names={"payment_type": "medio", "concept": "concepto"}, failures=_FAILURES),
        "listOnRampTransactions": Manner(
            path="/listaPagos",
            query={
                "user_id": "cliente",
                "external_id": "referencia",
                "date_from": "desde",
                "date_to": "hasta",
                "status": "situacion",
            },
            day="%d/%m/%Y",
            names=_PAYMENT_NAMES,
            values={"status": _PAYMENT_STATUS, "fiat_amount": cents_as_number, "created_at": _TIME},
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "getOffRampQuote": Manner(
            path="/presupuestoVenta",
            query={"amount": "cantidad_moneda", "symbol": "moneda", "blockchain": "red"},
            names={"fiat_amount": "importe", "fiat_symbol": "divisa"},
            values={"fiat_amount": text_as_cents},
            place="presupuesto",
            failures=_FAILURES,
        ),
        "createOffRamp": Manner(failures=_FAILURES),
        "createPayment": Manner(moves_refusal_data={"kyc_reinforced_required": "enlace"}),
        "createGuidedPayment": Manner(moves_refusal_data={"kyc_reinforced_required": "enlace"}),
        "getOffRamp": Manner(
            names={"user_id": "cliente", "created_at": "alta"},
            values={"status": _SINGLE_OFFRAMP_STATUS, "created_at": _TIME},
            failures=_FAILURES,
        ),
        "listOffRampTransactions": Manner(
            path="/listaVentas",
            query={"user_id": "cliente", "status": "situacion"},
            names=_OFFRAMP_NAMES,
            values={
                "status": _OFFRAMP_STATUS,
                "amount": tokens_as_text,
                "fiat_amount": text_as_cents_text,
                "created_at": _TIME,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "listBankAccounts": Manner(
            path="/cuentas",
            names={"iban": "cuenta", "bic": "banco", "currency": "divisa", "name": "titulo", "balance": "saldo"},
            values={"balance": text_as_cents_text},
            place="lista",
            failures=_FAILURES,
        ),
        "listBankAccountTransactions": Manner(
            query={"date_from": "desde", "date_to": "hasta"},
            day="%d/%m/%Y",
            names=_LINE_NAMES,
            values={
                "amount": text_as_cents_text,
                "direction": _DIRECTION,
                "booked_at": _TIME,
                "reconciled": _FLAG,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "updateWebhook": Manner(failures=_FAILURES),
        "reconcilePayment": Manner(
            path="/conciliar",
            body={"payment_id": "pago", "bank_transaction_id": "apunte"},
            sent_as="form",
            names={"payment_id": "pago", "bank_transaction_id": "apunte", "status": "situacion"},
            values={"status": _PAYMENT_STATUS},
            place="conciliacion",
            failures=_FAILURES,
        ),
    },
)
"""Differs from the contract's assumptions wherever they are inferred."""
