"""The contract, continued: managers, HR admins, repeats, and whoever is nobody here."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.conftest import PEOPLE, Office, OpenOffice
from tests.contract.doors import HOME, PANEL
from tests.journeys.given import Someone, check_in, weekly_summary

PAIR = check_in(reminders=0)
KINDS = check_in(pack="kinds", reminders=0, questions_per_round=6)
REVIEW = "Before you save"


async def says(office: Office, who: str, rating: str, words: str) -> None:
    """A rating and words under the first question of the pack "kinds"."""
    await office.presses(who, rating)
    await office.answers(who, words)


async def test_a_manager_reads_the_summary_and_its_details(open_office: OpenOffice) -> None:
    """The message names who shared; their words stand in the panel, and its readers are told. From
    the second rating on there is a line of change, from the third a chart.
    """
    office = await open_office(KINDS, weekly_summary())
    await office.presses("ana", "Start")
    for week in range(3):
        await office.world.until(f"2026-03-{3 + 7 * week:02} 10:10")
        await says(office, "ana", str(week + 2), f"kestrel {week}")
        await office.world.until(f"2026-03-{6 + 7 * week:02} 15:05")
    summary = await office.thread("mara")
    assert "Ana shared something with you." in summary.words
    assert "kestrel" not in summary.words
    details = await office.presses("mara", "Read their words")
    assert "In their own words" in details.words
    assert "kestrel 2" in details.words
    assert "Ratings so far: 2, 3, 4 (1 to 5)" in details.words
    assert "Ben: nothing shared this week." in details.words
    told = (await office.my_answers("ana")).words
    assert "Mara opened it in the details" in told


async def test_details_have_pages(open_office: OpenOffice) -> None:
    """A large team's words go over the page and back, each once."""
    team = [Someone(f"person{n:02}", manager="mara") for n in range(9)]
    office = await open_office(
        check_in(pack="five", reminders=0), weekly_summary(), people=(*PEOPLE, *team)
    )
    for someone in team:
        await office.presses(someone.name, "Start")
        await office.presses(someone.name, "Answer all in a form")
        said = {f"Question {n}?": f"kestrel {someone.name} {n}" for n in range(1, 6)}
        await office.sends(someone.name, said)
    await office.world.until("2026-03-06 15:05")
    first = await office.presses("mara", "Read their words")
    second = await office.turns("mara", "Next people")
    for someone in team:
        said = [f"kestrel {someone.name} {n}" for n in range(1, 6)]
        assert all((one in first.words) != (one in second.words) for one in said)
    assert (await office.turns("mara", "Previous")).words == first.words


async def test_home_of_each_role(open_office: OpenOffice) -> None:
    """What is open and the last answers; a manager's team; HR's cadences: to each their own."""
    office = await open_office(PAIR, weekly_summary())
    await office.presses("ana", "Start")
    await office.answers("ana", "kestrel")
    own = await office.home("ana")
    assert "A check-in is open until" in own.words
    assert "kestrel" in own.words
    assert {"Answer in a form", "My answers", "Pause", "Not for me"} <= set(own.buttons)
    boss = await office.home("mara")
    assert "Your team" in boss.words
    assert "Ana and Ben" in boss.words
    admin = await office.home("helena")
    assert "For HR admins" in admin.words
    assert {"New cadence", "Change", "Test", "Pause for everyone"} <= set(admin.buttons)
    for other in (boss, admin, await office.home("ben")):
        assert "kestrel" not in other.words
    assert "For HR admins" not in own.words + boss.words
    assert "Your team" not in own.words + admin.words


async def test_hr_makes_a_cadence_changes_it_and_takes_that_back(open_office: OpenOffice) -> None:
    """Template, form with an error, preview, save, test to oneself, change, undo from History."""
    office = await open_office()
    await office.presses("helena", "New cadence", HOME)
    form = await office.sends("helena", {"What should it be?": "one_to_one"})
    assert "New cadence" in form.words
    refused = await office.sends("helena", {"Time": "23:00"})
    assert "Nothing is sent from" in refused.errors[0]
    review = await office.sends("helena", {"Time": "11:00"})
    assert REVIEW in review.words
    assert "A thought for your next 1:1" not in (await office.home("helena")).words
    assert "Saved." in (await office.sends("helena", {})).words
    assert "A thought for your next 1:1" in (await office.home("helena")).words

    assert "Only you got it." in (await office.presses("helena", "Test", HOME)).words
    assert "Hi Helena" in (await office.thread("helena")).words
    assert "Hi Mara" not in (await office.thread("mara")).words

    await office.presses("helena", "Change", HOME)
    assert REVIEW in (await office.sends("helena", {"Time": "14:30"})).words
    await office.sends("helena", {})
    assert "14:30" in (await office.home("helena")).words
    history = await office.presses("helena", "History", HOME)
    assert "Helena" in history.words
    assert REVIEW in (await office.turns("helena", "Undo")).words
    await office.sends("helena", {})
    home = (await office.home("helena")).words
    assert "11:00" in home
    assert "14:30" not in home


async def test_hr_previews_and_pauses_the_company(open_office: OpenOffice) -> None:
    office = await open_office(PAIR)
    preview = await office.presses("helena", "Preview the next four weeks", HOME)
    assert "Messages a day" in preview.words
    await office.presses("helena", "Pause for everyone", HOME)
    refused = await office.sends("helena", {"Send again from": "2026-03-01"})
    assert refused.errors == ("Please choose a day after today and within a year.",)
    paused = await office.sends("helena", {"Send again from": "2026-04-01"})
    assert "Paused for everyone until Wednesday, April 1" in paused.words
    assert "Everything is paused until" in (await office.home("helena")).words
    await office.passes(days=8)
    assert (await office.thread("ana")).buttons == (), "the old one has closed, no other came"
    assert "The pause is over." in (await office.presses("helena", "End the pause", HOME)).words
    await office.passes(days=8)
    assert "Start" in (await office.thread("ana")).buttons


async def test_every_act_counts_once(open_office: OpenOffice) -> None:
    """Whatever the platform delivers again changes nothing: not one message more, nor one less."""
    office = await open_office(KINDS)

    async def again(who: str = "ana") -> None:
        before = await office.thread(who)
        await office.repeats()
        await office.passes(seconds=1)
        assert await office.thread(who) == before

    await office.presses("ana", "Start")
    await again()
    await office.presses("ana", "4")
    await again()
    await office.types("ana", "kestrel")
    await again()
    await office.passes(seconds=10)
    await office.presses("ana", "Only for me")
    await again()
    await office.presses("ana", "Undo")
    await again()
    await office.presses("ana", "Skip this question")
    await again()
    await office.presses("ana", "Answer all in a form")
    await again()
    await office.sends("ana", {"How many hours?": "12"})
    await again()
    await office.presses("ana", "Not for me", HOME)
    await again()


async def test_nobody_else_can_act_for_anybody(open_office: OpenOffice) -> None:
    """Acts of another employee, a stranger, somebody who left and a barred account with the ids of
    Ana's check-in change nothing of hers and show nothing of it.
    """
    office = await open_office(PAIR)
    world = office.world
    leaver = Someone("leo", manager="mara")
    await world.people_are(*PEOPLE, leaver)
    await world.leaves("leo")
    world.surface.join(["xenia"])
    await bar(office, "ben")
    await office.presses("ana", "Start")
    await office.answers("ana", "kestrel")
    intruders = ("helena", "xenia", "leo", "ben")

    async def nobody_can() -> None:
        before = await office.thread("ana"), (await office.home("ana")).words
        for who in intruders:
            await office.forges(who)
            seen = [await office.thread(who), await office.home(who), await office.door.panel(who)]
            assert not any("kestrel" in sight.words for sight in seen), who
        assert (await office.thread("ana"), (await office.home("ana")).words) == before

    await office.presses("ana", "Answer in a form")
    await nobody_can()
    await office.sends("ana", {"How is work?": "kestrel and heron"})
    await nobody_can()
    await office.my_answers("ana")
    await nobody_can()
    await office.presses("ana", "Only for me", PANEL)
    await nobody_can()
    for who in ("xenia", "leo", "ben"):
        assert "How is work?" not in (await office.thread(who)).words


async def bar(office: Office, who: str) -> None:
    """The platform says that this account is a guest's now."""
    uow, person_id = office.world.built.uow, office.world.ids[who]
    identity = await uow.read(lambda tx: tx.people.home_identity(person_id))
    assert identity is not None
    await uow.write(lambda tx: tx.people.update_identities([replace(identity, barred="guest")]))
