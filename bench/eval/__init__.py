"""How well a model words a week: made-up weeks, what should come up, and what holds."""
