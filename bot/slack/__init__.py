"""Slack: cards in departments' channels, what agents do on them, the /vigie command, the app's home tab."""
