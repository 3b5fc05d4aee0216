"""AI expectations in a real database: versions, who is told, what is asked and answered."""

from dataclasses import replace
from uuid import uuid4

from alembic import command
from sqlalchemy import Engine

from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.expectations import Answered, Question, QuestionState, Telling, Version
from bot.domain.people import Participation, Person
from bot.domain.policy import Expectations, Policy, QuestionsFor
from bot.domain.ports.expectations_store import Messages
from storage.engine import open_engine
from storage.migrate import configuration, upgrade
from storage.tables.organisation import OrganisationRow
from storage.transaction import SqlTx
from tests.integration.stored import DAY, HOUR, NOW, World, writing


def version(world: World, number: int, telling: Telling = Telling.QUIET) -> Version:
    """Stored; in force from so many hours after noon."""
    made = Version(
        id=uuid4(),
        organisation_id=world.organisation_id,
        number=number,
        text=f"Version {number}",
        url="",
        created_at=NOW + number * HOUR,
        author="test",
        telling=telling,
    )
    world.tx.expectations.add_version(made)
    return made


def asked(world: World, about: Version, person: Person, reader: Person) -> Question:
    question = Question(
        id=uuid4(),
        organisation_id=world.organisation_id,
        version_id=about.id,
        person_id=person.id,
        kind=QuestionsFor.GROUP,
        reader_id=reader.id,
        asked_at=NOW,
        sealed=b"sealed",
    )
    world.tx.expectations.put(question)
    return question


def reply(world: World, about: Version, author: Person) -> Answered:
    return Answered(
        id=uuid4(),
        organisation_id=world.organisation_id,
        version_id=about.id,
        author_id=author.id,
        text="Here is what we meant",
        created_at=NOW,
        people=1,
    )


def test_the_version_in_force_at_a_moment(world: World) -> None:
    first, second = version(world, 1), version(world, 2)
    store = world.tx.expectations
    assert store.versions() == [second, first]
    assert store.newest() == second
    assert store.version(first.id) == first
    moments = (NOW, first.created_at, second.created_at - HOUR / 2, NOW + DAY)
    assert [store.in_force_at(moment) for moment in moments] == [None, first, first, second]


def test_only_the_newest_version_is_told(world: World) -> None:
    store = world.tx.expectations
    first = version(world, 1, Telling.GOING)
    assert store.to_tell() == first
    second = version(world, 2, Telling.GOING)
    assert store.to_tell() == second
    assert store.version(first.id) == replace(first, telling=Telling.DONE)
    done = replace(second, telling=Telling.DONE, told_up_to=uuid4())
    store.save_telling(done)
    assert store.to_tell() is None
    assert store.newest() == done


def test_who_takes_part_comes_in_portions(world: World) -> None:
    ana, ben, cy, dan, eve, flo = world.hire("Ana", "Ben", "Cy", "Dan", "Eve", "Flo")
    for someone in (ana, ben, cy, dan, flo):
        world.give_account(someone)
    for someone in (ana, ben, cy, eve, flo):
        world.tx.people.set_participation(someone.id, Participation.STARTED)
    world.tx.people.set_participation(dan.id, Participation.DECLINED)
    world.tx.people.end_employment([cy.id], NOW)
    barred = replace(next(iter(world.tx.people.homes([flo.id]).values())), barred="guest")
    world.tx.people.update_identities([barred])
    store = world.tx.expectations
    first, second = sorted((ana.id, ben.id))
    assert store.taking_part(None, 1) == [first]
    assert store.taking_part(first, 5) == [second]
    assert store.taking_part(second, 5) == []
    assert store.count_taking_part() == 2


def test_messages_about_a_version_are_counted(world: World) -> None:
    [ana] = world.hire("Ana")
    world.give_account(ana)
    made = version(world, 1)
    message = NewDelivery(
        id=uuid4(),
        organisation_id=world.organisation_id,
        person_id=ana.id,
        delivery_class=DeliveryClass.DIGEST,
        kind="expectations",
        cause="expectations:1:ana",
        not_before=NOW,
        about_id=made.id,
    )
    world.tx.queue.enqueue([message])
    world.tx.queue.flush()
    assert world.tx.expectations.messages(made.id) == Messages(queued=1, sent=0)
    assert world.tx.expectations.shown_message(message.cause) is None
    [claimed] = world.tx.queue.claim(NOW, limit=5, lease=HOUR)
    world.tx.queue.begin([claimed.id], claimed.claim_token, NOW)
    world.tx.queue.sent({claimed.id: "ref"}, claimed.claim_token, NOW)
    assert world.tx.expectations.messages(made.id) == Messages(queued=1, sent=1)
    assert world.tx.expectations.shown_message(message.cause) == message.id
    assert world.tx.expectations.messages(uuid4()) == Messages(queued=0, sent=0)


def test_a_question_is_kept_changed_and_taken_back(world: World) -> None:
    mia, tom, ana = world.hire("Mia", "Tom", "Ana")
    store = world.tx.expectations
    assert not store.anybody_asked()
    about = version(world, 1)
    question = asked(world, about, ana, mia)
    assert store.question(about.id, ana.id) == question
    assert store.anybody_asked()
    store.lock(about.id)
    store.put(replace(question, batch=2))
    assert store.question(about.id, ana.id) == replace(question, batch=2)
    changed = replace(question, kind=QuestionsFor.LEADER, reader_id=tom.id, sealed=b"other")
    store.put(changed)
    assert store.questions_to(tom.id) == [changed]
    assert store.questions_to(mia.id) == []
    assert store.open_questions(about.id) == [changed]
    store.delete(question.id)
    assert store.question(about.id, ana.id) is None


def test_a_reply_is_kept_once_with_what_it_answers(world: World) -> None:
    mia, ana, ben = world.hire("Mia", "Ana", "Ben")
    store = world.tx.expectations
    about = version(world, 1)
    anas, bens = asked(world, about, ana, mia), asked(world, about, ben, mia)
    first, second = reply(world, about, mia), reply(world, about, mia)
    assert store.add_reply(first, [anas.id])
    assert not store.add_reply(second, [bens.id])
    assert store.replies_by(mia.id) == [first]
    assert (store.reply(first.id), store.reply(second.id)) == (first, None)
    answered = replace(anas, state=QuestionState.ANSWERED, reply_id=first.id)
    assert store.question(about.id, ana.id) == answered
    assert store.open_questions(about.id) == [bens]
    assert store.question(about.id, ben.id) == bens
    store.reopen(anas.id)
    assert store.question(about.id, ana.id) == anas


def test_another_organisation_has_its_own(engine: Engine) -> None:
    with writing(engine) as connection:
        theirs = World.build(connection)
        mia, ana = theirs.hire("Mia", "Ana")
        about = version(theirs, 1, Telling.GOING)
        question = asked(theirs, about, ana, mia)
        store = World.build(connection).tx.expectations
        assert (store.versions(), store.newest(), store.to_tell()) == ([], None, None)
        assert store.version(about.id) is None
        assert store.questions_to(mia.id) == []
        store.delete(question.id)
        assert theirs.tx.expectations.question(about.id, ana.id) == question


def test_rules_from_before_become_versions_that_nobody_is_told(database_url: str) -> None:
    """A new version each time that text or address changed, so that older answers can be placed."""
    upgrade(database_url)
    engine = open_engine(database_url)
    with writing(engine) as connection:
        command.downgrade(configuration(connection), "0008")
        organisation_id = uuid4()
        row = {"id": organisation_id, "name": "Old", "is_demo": False, "created_at": NOW}
        connection.execute(OrganisationRow.__table__.insert().values(row))
        _rules(SqlTx(connection, organisation_id))
    upgrade(database_url)
    with engine.connect() as connection:
        found = SqlTx(connection, organisation_id).expectations.versions()
    assert [(v.number, v.text, v.url, v.created_at) for v in reversed(found)] == [
        (1, "Ask first", "", NOW + DAY),
        (2, "Ask first", "https://ai.example", NOW + 3 * DAY),
        (3, "", "", NOW + 4 * DAY),
    ]
    assert {v.telling for v in found} == {Telling.QUIET}
    engine.dispose()


def _rules(tx: SqlTx) -> None:
    given = [
        Policy(),
        Policy(expectations=Expectations("Ask first")),
        Policy(expectations=Expectations("Ask first"), weekly_cap=2),
        Policy(expectations=Expectations("Ask first", "https://ai.example")),
        Policy(),
    ]
    for day, policy in enumerate(given):
        tx.organisations.add_policy(policy, NOW + day * DAY, "test")
