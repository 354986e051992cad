"""Doors: each turns what its provider sends into a Message."""
