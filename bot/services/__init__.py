"""Use cases, one a file, over ports."""
