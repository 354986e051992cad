"""The telephone of people on duty: calls that ask for a key, text messages that ask for a word."""
