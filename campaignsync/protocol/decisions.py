"""What a person decides: `adopt` records an existing campaign, `forget` drops an entry or a claim."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from campaignsync.claims import recorded_ids
from campaignsync.errors import AdoptError, ForgetError, RecordError
from campaignsync.identity import Definition, identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.protocol import remediation
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.ports import Recorder
from campaignsync.protocol.preflight import POLL_S
from campaignsync.protocol.recovery import LeaseWatch
from campaignsync.protocol.tools import Context
from campaignsync.state import Claim, Entry, Record, Status
from campaignsync.text import printable
from campaignsync.versions import Version, versions_of

ListAccount = Callable[[Collection[Version]], Awaitable[tuple[RemoteCampaign, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person's decision did.

    Attributes:
        entry: The entry that was recorded or dropped.
        commit: The commit that says so; None where nothing was committed.
        is_pushed: Whether the upstream has it.
    """

    entry: Entry
    commit: str | None
    is_pushed: bool


class Decisions:
    """Carries out a person's decision about one entry, and commits like sync.

    Args:
        recorder: Where the run reads and records.
        ledger: What is created and claimed.
        tools: The run's ports and options.
    """

    def __init__(self, recorder: Recorder, ledger: Ledger, tools: Context) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._tools = tools
        self._watch = LeaseWatch(tools)

    async def adopt(self, *, source: str, camp_id: str | None, list_account: ListAccount) -> Decided:
        """Record the account's campaign of a definition's name as that definition's.

        Args:
            source: The definition's file.
            camp_id: Which campaign, where the account has several of that name.
            list_account: Lists the account by some versions.

        Raises:
            AdoptError: The snapshot has no such definition, no campaign fits, several do, or the id or the
                name is recorded already.
            StopRequestedError: The run was asked to end while it waited for a claim.
        """
        await self._recorder.check()
        await self._ledger.refresh()
        definition = _at(await self._ledger.base.definitions.load({}), source)
        entry = await self._released(definition.name)
        if isinstance(entry, Record):
            raise AdoptError(
                f"{printable(entry.name)!r} is recorded already, as {entry.camp_id}",
                hint=f"If that is wrong: `{remediation.forget(entry.name, self._tools.options)}` first.",
            )
        bodies = [definition.body or {}, *([entry.definition] if entry else [])]
        campaign = self._choose(definition, await list_account(versions_of(bodies)), camp_id)
        now = self._tools.stamp()
        record = Record(
            name=definition.name,
            camp_id=campaign.camp_id,
            status=Status.ADOPTED,
            source=definition.source,
            digest=definition.digest,
            definition=definition.body or {},
            claimed_at=now,
            created_at=now,
            sends=0,
        )
        await self._ledger.put([record])
        await self._ledger.close()
        return self._decided(record, after=record)

    async def forget(self, name: str) -> Decided:
        """Drop the entry of this name.

        Raises:
            ForgetError: There is none.
            StopRequestedError: The run was asked to end while it waited for a claim.
        """
        await self._recorder.check()
        await self._ledger.refresh()
        entry = await self._released(name)
        if entry is None:
            raise ForgetError(
                f"the state has no campaign {printable(name)!r}",
                hint="`campaignsync plan` shows the names that are pending or removed.",
            )
        await self._ledger.forget(entry.name)
        return self._decided(entry, after=None)

    async def _released(self, name: str) -> Entry | None:
        """Wait until no run can be sending for the claim of this name, and return the entry then."""
        while True:
            entry = self._ledger.state.get(name)
            if not isinstance(entry, Claim):
                return entry
            is_local = self._ledger.is_local(entry)
            remaining_s = self._watch.remaining_s(entry, is_local=is_local)
            if remaining_s <= 0:
                return entry
            waiting = remediation.owner_may_be_alive(entry, remaining_s)
            self._tools.progress.note(f"{entry.name}: waiting; {waiting}")
            seconds = min(remaining_s, POLL_S) if self._ledger.is_shared else remaining_s
            await self._tools.pause(seconds, "the run that claimed it")
            await self._ledger.refresh()

    def _decided(self, entry: Entry, *, after: Entry | None) -> Decided:
        """Return the decision, if it holds: meanwhile another run may have decided."""
        if self._ledger.state.get(entry.name) != after:
            raise RecordError(
                f"another run changed {printable(entry.name)!r} at the same time, and its entry was kept",
                hint="Look at the state file, then decide again.",
            )
        is_pushed = self._ledger.is_shared and self._ledger.is_recorded
        return Decided(entry=entry, commit=self._ledger.commit, is_pushed=is_pushed)

    def _choose(
        self, definition: Definition, campaigns: tuple[RemoteCampaign, ...], camp_id: str | None
    ) -> RemoteCampaign:
        named = [one for one in campaigns if identity(one.name) == definition.key]
        fitting = [one for one in named if camp_id in (None, one.camp_id)]
        recorded = recorded_ids(self._ledger.state)
        ids = ", ".join(sorted(one.camp_id for one in named)) or "none"
        if not fitting:
            raise AdoptError(
                f"no campaign {camp_id or ''} of the name {printable(definition.name)!r} in the account",
                hint=f"Campaigns of that name: {ids}.",
            )
        if len(fitting) > 1:
            raise AdoptError(
                f"several campaigns have the name {printable(definition.name)!r}: {ids}",
                hint="Say which with --camp-id.",
            )
        if fitting[0].camp_id in recorded:
            name = recorded[fitting[0].camp_id]
            raise AdoptError(f"{fitting[0].camp_id} is recorded already, as {printable(name)!r}")
        return fitting[0]


def _at(definitions: tuple[Definition, ...], source: str) -> Definition:
    for definition in definitions:
        if definition.source == source:
            return definition
    raise AdoptError(
        f"{printable(source)} is not one of the definitions",
        hint="Name a file under the campaigns folder, as `campaignsync plan` shows it. Commit it first, "
        "and push it for --push.",
    )
