"""The pages behind the buttons of the payments' admin: each reads a form, asks a service or the provider, goes on."""
