"""The JSON interface under /api/v1, for the city's other systems."""
