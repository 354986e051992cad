"""The ear: the citizen is at the other end of every line."""
