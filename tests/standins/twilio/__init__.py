"""Twilio as a stand-in: it signs what it sends, carries out our TwiML as a telephone would, and keeps messages."""
