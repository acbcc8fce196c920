"""The pages behind the buttons of the customers' admin: each reads a form, calls a service, and goes on."""
