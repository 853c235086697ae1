"""Routes: each reads what was sent, calls a service and renders the answer."""
