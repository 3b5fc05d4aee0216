"""Answers, their versions and who may read them: the only package that queries them."""

from storage.answers.own import OwnAnswers
from storage.answers.store import SqlAnswers, mark_summarised

__all__ = ["OwnAnswers", "SqlAnswers", "mark_summarised"]
