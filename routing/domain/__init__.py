"""Pure nouns: no SQL, no validation library, no input or output."""
