"""HR admins on the local page over plain HTTP: forms, previews and saving without any script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.domain.organisation import CadenceRevision
from tests.integration.local_office import Office, local_office

_KEY = "ai-check-in"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with local_office(tmp_path) as opened:
        yield opened


async def posts(office: Office, fields: Mapping[str, str], who: str = "ines") -> str:
    """What the page answers to an act of this person."""
    address = f"{who}@fernweh.example"
    found = await office.built.uow.read(lambda tx: tx.people.by_email([address]))
    status, page, _ = await office.post(f"/local/as/{found[address].id}/act", fields)
    assert status in (200, 303)
    return page


def carried(page: str, name: str) -> str:
    """What a form of the page carries under a name; the page comes with its escapes undone."""
    found = re.search(rf'name="{name}" value="(.*?)">\n', page)
    assert found is not None, page
    return found[1]


async def revisions(office: Office) -> list[CadenceRevision]:
    return list(await office.built.uow.read(lambda tx: tx.cadences.history(_KEY)))


async def previewed(office: Office) -> str:
    form = carried(await posts(office, {"token": "1", "press": f"admin_change {_KEY}"}), "form")
    changed = {"token": "2", "form": form, "f.at": "11:30"}
    return await posts(office, changed)


async def test_a_change_is_saved_without_scripts(office: Office) -> None:
    """However often the same form is sent, with its token, there is one revision."""
    preview = await previewed(office)
    assert "Tuesday 10:00 → every week, Tuesday 11:30" in preview
    assert len(await revisions(office)) == 1

    for _ in range(3):
        page = await posts(office, {"token": "3", "form": carried(preview, "form")})
        assert "Saved." in page

    assert [f"{r.spec.recurrence.at:%H:%M}" for r in await revisions(office)] == ["10:00", "11:30"]


async def test_forms_are_never_nested(office: Office) -> None:
    """HTML has no nested forms: *Back* belongs to one beside the form that *Save* sends."""
    preview = await previewed(office)
    depth = 0
    for tag in re.findall(r"<(/?)form\b", preview):
        depth += -1 if tag else 1
        assert depth in (0, 1)
    button = re.search(r"<button[^>]*>Back</button>", preview)
    assert button is not None
    assert 'form="overlay-press"' in button[0]


async def test_nobody_else_can_send_an_admins_form(office: Office) -> None:
    preview = await previewed(office)
    page = await posts(office, {"token": "4", "form": carried(preview, "form")}, who="ana")
    assert "Only HR admins can do this." in page
    assert len(await revisions(office)) == 1
