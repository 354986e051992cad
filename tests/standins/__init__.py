"""Strict, stateful servers that stand in for the providers; `serving` describes the frame."""
