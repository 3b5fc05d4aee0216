"""The app registration that one process speaks for, and whose people it may serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that are this machine: what is neither signed nor encrypted stays there."""


@dataclass(frozen=True, slots=True)
class Registration:
    """As in bot.settings.teams.TeamsSettings. `repr` shows no secret."""

    app_id: str
    tenant_id: str
    secret: str | None = field(default=None, repr=False)
    certificate: Path | None = None
    multi_tenant: bool = False
    tenants: tuple[str, ...] = ()
    playground: str = ""
    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login_url: str = "https://login.microsoftonline.com"
    service_url: str = "https://smba.trafficmanager.net/teams/"

    def allows(self, tenant_id: str) -> bool:
        """Whether that tenant's people may use the app; in a playground everybody's."""
        allowed = {self.tenant_id, *self.tenants}
        return bool(self.playground) or tenant_id.lower() in allowed
