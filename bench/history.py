"""A million old answers, made inside SQLite: through the services it would take an hour.

Half of everybody's answers went into a summary, the other half wait for one. Only those of the
people who are asked about are truly sealed; the others are as long as a sealed one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import UUID

from bench.world import START, World
from bot.domain.check_in import Value
from bot.domain.people import Person
from bot.services.sealing import seal_value

ROUNDS = 2
QUESTIONS = 5
PER_PERSON = ROUNDS * QUESTIONS

_AT = START.strftime("%Y-%m-%d %H:%M:%S.000000")
_CHECK_INS = """
INSERT INTO check_in (id, organisation_id, occurrence_id, cadence_id, revision_id,
  pack_revision_id, person_id, period, state, opened_at, closes_at, reminders, reminders_done,
  offers, audience_shown)
SELECT 'c' || substr(p.id, 2, 30) || r, p.organisation_id, 'c' || substr(p.id, 2, 30) || r,
  c.id, v.id, k.id, p.id, 'round ' || r, 'closed', :at, :at, '[]', 0, 0, 1
FROM person p, (SELECT 0 AS r UNION SELECT 1) JOIN cadence c ON c.key = 'ai-check-in'
JOIN cadence_revision v ON v.cadence_id = c.id JOIN pack_revision k ON k.key = 'ai_check_in'
"""
_ANSWERS = """
CREATE TEMP TABLE made AS SELECT substr(c.person_id, 2, 29) || substr(c.id, -1) || q AS tail,
  c.id AS check_in_id, c.person_id, c.organisation_id, m.manager_id, substr(c.id, -1) AS r,
  q FROM check_in c JOIN management m ON m.person_id = c.person_id,
  (SELECT 0 AS q UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4)
  WHERE c.period LIKE 'round %';
INSERT INTO answer (id, organisation_id, check_in_id, person_id, question_key, current_version_id)
SELECT 'a' || tail, organisation_id, check_in_id, person_id,
  json_extract(:keys, '$[' || q || ']'), 'b' || tail FROM made;
INSERT INTO answer_version
  (id, organisation_id, answer_id, sequence, sealed, platform_at, recorded_at)
SELECT 'b' || tail, organisation_id, 'a' || tail, 1, zeroblob(141), :at, :at FROM made;
INSERT INTO answer_audience (id, organisation_id, answer_id, sequence, kind, shown_at)
SELECT 'd' || tail, organisation_id, 'a' || tail, 1, 'manager', :at FROM made;
INSERT INTO answer_reader
  (organisation_id, audience_id, person_id, answer_id, pending_version_id)
SELECT organisation_id, 'd' || tail, manager_id, 'a' || tail,
  CASE r WHEN '1' THEN 'b' || tail END FROM made;
INSERT INTO summary_answer (organisation_id, answer_version_id, manager_id, part_id, position)
SELECT organisation_id, 'b' || tail, manager_id, 'e' || tail, 0 FROM made WHERE r = '0';
"""


def give_history(world: World) -> None:
    """`PER_PERSON` answers for everybody who has a manager."""
    pack = world.configuration.packs[0]
    keys = "[" + ",".join(f'"{question.key}"' for question in pack.questions[:QUESTIONS]) + "]"
    with closing(sqlite3.connect(str(world.engine.url.database))) as connection, connection:
        # Only while it is filled: nothing is lost with it, and parents come with their children.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for statement in (_CHECK_INS, *_ANSWERS.split(";")[:-1]):
            connection.execute(statement, {"keys": keys, "at": _AT})


async def seal_answers(world: World, people: list[Person]) -> None:
    """Makes all answers of these people readable."""
    vault = await world.built.kit.keys.vault([person.id for person in people])
    value = Value(text="The summaries save me an hour a day.")
    sealed = []
    for person in people:
        for tail in _tails(person.id):
            version = UUID("b" + tail)
            sealed.append((seal_value(vault, person.id, version, value), version.hex))
    with closing(sqlite3.connect(str(world.engine.url.database))) as connection, connection:
        connection.executemany("UPDATE answer_version SET sealed = ? WHERE id = ?", sealed)


def _tails(person_id: UUID) -> list[str]:
    start = person_id.hex[1:30]
    return [f"{start}{r}{q}" for r in range(ROUNDS) for q in range(QUESTIONS)]
