"""The drawers: SQL lives here. Verbs receive a session and never commit."""
