"""The mouth, and the house itself: the staff is at the other end, and everything is put together here."""
