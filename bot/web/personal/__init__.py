"""The pages under /you: one's own data in a browser, by a link or code from the chat."""

from bot.web.personal.routes import mount

__all__ = ["mount"]
