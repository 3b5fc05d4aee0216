"""`python -m bot` is `touchpoint`."""

from bot.cli import main

main()
