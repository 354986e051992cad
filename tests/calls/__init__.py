"""Telephone calls as scripts: what callers say, press and do not say, and how each call has to end."""
