"""app.yaml and the environment as one frozen, validated object."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.organisation import Configuration
from bot.settings.app_yaml import load_configuration, parse_configuration
from bot.settings.environment import Environment, read_environment, unknown_variables
from bot.settings.errors import ConfigurationError, Problem
from bot.settings.export import to_yaml

__all__ = [
    "Configuration",
    "ConfigurationError",
    "Environment",
    "Problem",
    "Settings",
    "load_configuration",
    "load_settings",
    "parse_configuration",
    "read_environment",
    "to_yaml",
    "unknown_variables",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator and an HR admin have set."""

    environment: Environment
    configuration: Configuration


def load_settings() -> Settings:
    """The environment, and the app.yaml it names.

    Raises ConfigurationError with every problem of the first of the two that has any.
    """
    environment = read_environment()
    return Settings(environment, load_configuration(environment.config))
