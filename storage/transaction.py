"""One open transaction, by noun."""

from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Connection

from storage.ai import SqlAiUse
from storage.answers import SqlAnswers
from storage.cadences import SqlCadences
from storage.check_ins import SqlCheckIns
from storage.desks import SqlDesks
from storage.erasures import SqlErasures
from storage.expectations import SqlExpectations
from storage.expiry import SqlExpiry
from storage.held import SqlHeld
from storage.inbox import SqlInbox
from storage.links import SqlLinks
from storage.local_messages import SqlLocalMessages
from storage.logs import SqlAuditLog, SqlReadLog
from storage.meetings import SqlMeetings
from storage.occurrences import SqlOccurrences
from storage.organisations import SqlOrganisations
from storage.own_data import SqlOwnData
from storage.pairs import SqlAgenda
from storage.people import SqlPeople
from storage.plans import SqlPlans
from storage.promises import SqlPromises
from storage.queue import SqlQueue
from storage.summaries import SqlSummaries
from storage.surveys import SqlSurveys


class SqlTx:
    """The Tx port. A noun's statements are made when it is first used."""

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        self._at = (connection, organisation_id)

    def finish(self) -> datetime | None:
        """Do what must come last before the commit; return when the first new reply is due."""
        if "queue" not in self.__dict__:
            return None
        self.queue.flush()
        return self.queue.first_reply

    @cached_property
    def organisations(self) -> SqlOrganisations:
        """Organisation, installations, policy."""
        return SqlOrganisations(*self._at)

    @cached_property
    def people(self) -> SqlPeople:
        """People, identities, managements, employments."""
        return SqlPeople(*self._at)

    @cached_property
    def cadences(self) -> SqlCadences:
        """Cadences and packs with their revisions."""
        return SqlCadences(*self._at)

    @cached_property
    def plans(self) -> SqlPlans:
        """The schedule."""
        return SqlPlans(*self._at)

    @cached_property
    def occurrences(self) -> SqlOccurrences:
        """What became due."""
        return SqlOccurrences(*self._at)

    @cached_property
    def check_ins(self) -> SqlCheckIns:
        """Conversations."""
        return SqlCheckIns(*self._at)

    @cached_property
    def answers(self) -> SqlAnswers:
        """Sealed answers."""
        return SqlAnswers(*self._at)

    @cached_property
    def summaries(self) -> SqlSummaries:
        """Weekly summaries."""
        return SqlSummaries(*self._at)

    @cached_property
    def surveys(self) -> SqlSurveys:
        """Surveys, and what was counted of them."""
        return SqlSurveys(*self._at)

    @cached_property
    def desks(self) -> SqlDesks:
        """What each manager is to be reminded of."""
        return SqlDesks(*self._at)

    @cached_property
    def meetings(self) -> SqlMeetings:
        """1:1s and stay interviews."""
        return SqlMeetings(*self._at)

    @cached_property
    def promises(self) -> SqlPromises:
        """What managers and reports promised each other."""
        return SqlPromises(*self._at)

    @cached_property
    def agenda(self) -> SqlAgenda:
        """What managers and reports want to talk about."""
        return SqlAgenda(*self._at)

    @cached_property
    def expectations(self) -> SqlExpectations:
        """Versions of the AI expectations, and what is asked about them."""
        return SqlExpectations(*self._at)

    @cached_property
    def erasures(self) -> SqlErasures:
        """What people took back."""
        return SqlErasures(*self._at)

    @cached_property
    def expiry(self) -> SqlExpiry:
        """What is old enough to go."""
        return SqlExpiry(*self._at)

    @cached_property
    def links(self) -> SqlLinks:
        """Links to one's own data."""
        return SqlLinks(*self._at)

    @cached_property
    def own_data(self) -> SqlOwnData:
        """Everything about one person, for that person."""
        return SqlOwnData(*self._at)

    @cached_property
    def ai(self) -> SqlAiUse:
        """What AI cost."""
        return SqlAiUse(*self._at)

    @cached_property
    def queue(self) -> SqlQueue:
        """Messages on their way out."""
        return SqlQueue(*self._at)

    @cached_property
    def held(self) -> SqlHeld:
        """Messages that wait for an operator."""
        return SqlHeld(*self._at)

    @cached_property
    def inbox(self) -> SqlInbox:
        """What was handled already."""
        return SqlInbox(*self._at)

    @cached_property
    def read_log(self) -> SqlReadLog:
        """Who read whose answers."""
        return SqlReadLog(*self._at)

    @cached_property
    def audit(self) -> SqlAuditLog:
        """Who changed what."""
        return SqlAuditLog(*self._at)

    @cached_property
    def local_messages(self) -> SqlLocalMessages:
        """What the local platform keeps."""
        return SqlLocalMessages(*self._at)
