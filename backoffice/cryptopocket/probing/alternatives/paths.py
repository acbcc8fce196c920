"""Paths that a call may have."""

PATHS: dict[str, tuple[str, ...]] = {
    "get_token_price": (
        "/token-price", "/token/price", "/tokens/price", "/tokenprice", "/price", "/prices", "/getTokenPrice",
        "/get-token-price", "/prices/token", "/coin-price", "/v2/token-price", "/market/price", "/rates", "/precio",
        "/precios", "/cotizacion", "/tokens/{symbol}/price",
    ),
    "list_available_assets": (
        "/availableAssets", "/assets", "/assets/list", "/getAvailableAssets", "/v2/assets", "/tokens", "/monedas",
        "/activos",
    ),
    "list_customers": (
        "/customers", "/listCustomers", "/list-customers", "/users/list", "/users", "/clients", "/v2/customers",
        "/clientes", "/listaClientes", "/customers/all",
    ),
    "get_kyc_status": ("/kyc/status", "/kyc-status", "/checkKyc", "/check-kyc", "/kyc", "/customers/{user_id}/kyc"),
    "find_user": (
        "/findUser", "/find-user", "/user/find", "/customers/find", "/customer/find", "/users/search", "/user",
        "/customers/search", "/users/by-email", "/searchUser", "/getUser", "/users", "/v2/users/find", "/users/lookup",
        "/customers/lookup", "/customer", "/user/search", "/buscarCliente", "/clientes/buscar", "/buscarUsuario",
        "/cliente",
    ),
    "list_payment_methods": (
        "/payment-methods", "/paymentMethods", "/payment/methods", "/payments/methods", "/listPaymentMethods",
        "/get-payment-methods", "/methods", "/payment-methods/list", "/paymentMethods/list", "/v2/payment-methods",
        "/onramp/methods", "/onramp/payment-methods", "/mediosDePago", "/metodosDePago", "/medios-de-pago",
        "/paymentChannels",
    ),
    "get_on_ramp_quote": ("/getQuote", "/get-quote", "/onramp/quote", "/quotes"),
    "get_payment": ("/payments/{payment_id}", "/getPayment", "/payment", "/onramp/{payment_id}"),
    "list_payments": (
        "/payments", "/payment/list", "/listPayments", "/list-payments", "/getPayments", "/payments/all",
        "/transactions", "/transactions/list", "/onramp/list", "/onramp/transactions", "/onramp", "/on-ramp/list",
        "/on-ramp/transactions", "/rampon/list", "/rampon", "/getList", "/getPaymentList", "/listRampon", "/rampons",
        "/v2/payments", "/v1/payments", "/onramps", "/payment-intents", "/list/payments", "/orders", "/onRampOrders",
        "/on-ramp-orders", "/onramp-orders", "/orders/list", "/listaPagos", "/pagos", "/pagos/lista", "/paymentOrders",
        "/purchases",
    ),
    "get_off_ramp_quote": (
        "/rampoffQuote", "/rampoff-quote", "/quote/rampoff", "/offramp/quote", "/off-ramp/quote", "/getRampoffQuote",
        "/get-rampoff-quote", "/quoteRampoff", "/offramps/quote", "/quotes/offramp", "/quotes/off-ramp",
        "/quotes/rampoff", "/v2/rampoff/quote", "/v2/offramps/quote", "/sell/quote", "/quote-rampoff", "/quote/offramp",
        "/rampoff/estimate", "/offramp/estimate", "/offRampOrders/quote", "/off-ramp-orders/quote", "/presupuestoVenta",
        "/cotizacionVenta", "/ventas/presupuesto", "/rampoff/price", "/rampoff/simulate", "/sales/quote",
    ),
    "get_off_ramp": ("/rampoff", "/rampoff/{off_ramp_id}", "/rampoff/status", "/getRampoffStatus", "/offramp"),
    "list_off_ramps": (
        "/rampoff", "/rampoffs", "/rampoffs/list", "/listRampoff", "/listRampoffs", "/list-rampoffs", "/getRampoffs",
        "/getRampoffList", "/rampoff/all", "/rampoff/transactions", "/offramp/list", "/offramps", "/offramp",
        "/offramp/transactions", "/off-ramp/list", "/off-ramps", "/off-ramp/transactions", "/v2/rampoffs",
        "/v2/offramps", "/sells", "/list/rampoff", "/withdrawals", "/offRampOrders", "/off-ramp-orders",
        "/offramp-orders", "/listaVentas", "/ventas", "/ventas/lista", "/sales", "/sales/list",
    ),
    "list_bank_accounts": (
        "/banking/accounts/list", "/bank-accounts", "/bankAccounts", "/bank/accounts", "/banking/account", "/accounts",
        "/banking/bank-accounts", "/banking", "/listBankAccounts", "/v2/banking/accounts", "/accounts/list", "/cuentas",
        "/cuentasBancarias", "/listaCuentas", "/banking/list",
    ),
    "list_bank_transactions": (
        "/bank-accounts/{iban}/transactions", "/bank/accounts/{iban}/transactions", "/accounts/{iban}/transactions",
        "/banking/transactions/{iban}", "/banking/transactions",
    ),
    "reconcile_payment": (
        "/banking/reconcile-payment", "/banking/reconciliation", "/banking/reconciliations", "/reconcile",
        "/reconcilePayment", "/reconcile-payment", "/payments/reconcile", "/payment/reconcile",
        "/payments/{payment_id}/reconcile", "/payment/{payment_id}/reconcile", "/banking/payments/reconcile",
        "/banking/payment/reconcile", "/banking/transactions/reconcile", "/bank/reconcile", "/reconciliations",
        "/reconciliation", "/v2/banking/reconcile", "/banking/match", "/bank-transactions/reconcile",
        "/banking/transactions/{bank_transaction_id}/reconcile", "/bank-accounts/reconcile", "/accounts/reconcile",
        "/bankAccounts/allocations", "/bank-accounts/allocations", "/allocations", "/banking/allocations", "/conciliar",
        "/conciliaciones", "/conciliarPago", "/banking/match-payment",
    ),
}  # fmt: skip
"""Paths to try, in this order, after the one assumed."""
