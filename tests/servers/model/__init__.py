"""A local server that answers as a model's provider does, on loopback."""
