"""Verbs, one a file: session first, never commit; the verbs that call a vendor do so between transactions."""
