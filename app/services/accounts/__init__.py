"""What accounts, sessions, tokens and signing in are, and in whose name something is done."""
