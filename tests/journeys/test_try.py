from datetime import date
from tests.journeys.given import *
from tests.journeys.words import words, pressable
async def test_try(open_world):
    mara = Someone("mara")
    people = [mara, Someone("ana", manager="mara", hired_on=date(2025,12,5)), Someone("ben", manager="mara")]
    w = await open_world(people, [check_in(reminders=0, pack="ai_check_in"), weekly_summary(), one_to_ones(), stay_interviews()])
    await w.until("2026-03-03 12:00")
    for m in await w.thread("mara"):
        print("----", m.kind, "|", m.text); print(words(m.blocks)); print(list(pressable(m.blocks)))
    await w.starts("ana")
    await w.answers("ana", "The tools help but the reviews pile up. Can we talk about that?", "Pairing works well", "For drafts", "More for tests", "2")
    r = await w.act("mara", "one_to_ones")
    print(words(r.view.blocks)); print(list(pressable(r.view.blocks)))
    f = (await w.act("mara", "one_to_one_set", str(w.ids["ana"]))).view
    print(f)
    r = await w.submits("mara", f, {"rhythm":"weekly","weekday":"1"})
    print(r)
    await w.until("2026-03-12 18:00")
    for a in w.arrived("mara"):
        print("====", a.wall, a.kind, a.message.text); print(a.words); print(list(pressable(a.message.blocks)))
    print(await w.skipped())
    _, action, value = await w.button("mara", "meeting_held")
    r = await w.act("mara", action, value)
    print(r)
    r = await w.submits("mara", r.view, {"notes": "We shorten the reviews."})
    print(r)
    print((await w.thread("mara"))[-1])
