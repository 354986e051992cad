"""Telegram: cards in departments' groups, what agents do under them, messages to citizens.

Source of every limit and word: https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq.
"""
