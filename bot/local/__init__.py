"""The local page: a chat platform of its own on loopback, for databases marked as a demo."""
