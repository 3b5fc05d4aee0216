"""The rules of check-ins: standard library only, pure, no input or output."""
