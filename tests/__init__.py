"""Stories a user would recognise, on the real database."""
