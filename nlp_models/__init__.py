"""The school: from a citizen's words to meaning (danger, procedure, place, language). It talks to nobody."""
