"""The head: incidents, procedures, dispatches, on-call, escalation. It decides; it knows no vendor and no channel."""
