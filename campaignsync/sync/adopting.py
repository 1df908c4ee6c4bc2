"""What a person decides: `adopt` records an existing campaign, `forget` drops an entry or a claim."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from campaignsync.claims import MAX_SKEW, recorded_ids
from campaignsync.errors import AdoptError, CampaignSyncError, ForgetError, RecordError
from campaignsync.identity import Definition, identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.report.escape import printable
from campaignsync.report.summary import forget
from campaignsync.state import Claim, Entry, Record, Status
from campaignsync.sync import advice
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.ports import Definitions, Repository
from campaignsync.sync.resolving import Watch
from campaignsync.sync.tools import Context

ListAccount = Callable[[], Awaitable[tuple[RemoteCampaign, ...]]]


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
        ledger: The state.
        repository: The work tree; None outside git.
        tools: The run's ports and options.
    """

    def __init__(self, ledger: Ledger, *, repository: Repository | None, tools: Context) -> None:
        self._ledger = ledger
        self._repository = repository
        self._tools = tools
        self._watch = Watch(tools, started=tools.clock.now())

    async def adopt(
        self, definitions: Definitions, *, source: str, camp_id: str | None, list_account: ListAccount
    ) -> Decided:
        """Record the account's campaign of a definition's name as that definition's.

        Args:
            definitions: The definition files.
            source: The definition's file.
            camp_id: Which campaign, where the account has several of that name.
            list_account: Lists the account.

        Raises:
            GitError: The definition is not committed as it stands.
            AdoptError: No campaign fits, several do, the id or the name is recorded already, or a run
                that may still be sending holds a claim of that name.
        """
        await self._begin()
        definition = _at(definitions.load({}), source)
        await self._ledger.check_committed([definition])
        entry = self._ledger.state.get(definition.name)
        match entry:
            case Claim():
                self._refuse_live(entry, AdoptError)
            case Record():
                raise AdoptError(
                    f"{printable(entry.name)!r} is recorded already, as {entry.camp_id}",
                    hint=f"If that is wrong: `{forget(entry.name)}` first.",
                )
        campaign = self._choose(definition, await list_account(), camp_id)
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
        return await self._end(record, after=record)

    async def forget(self, name: str) -> Decided:
        """Drop the entry of this name.

        Raises:
            ForgetError: There is none, or a run that may still be sending holds a claim of that name.
        """
        await self._begin()
        entry = self._ledger.state.get(name)
        if entry is None:
            raise ForgetError(
                f"the state has no campaign {printable(name)!r}",
                hint="`campaignsync plan` shows the names that are pending or removed.",
            )
        if isinstance(entry, Claim):
            self._refuse_live(entry, ForgetError)
        await self._ledger.drop([entry.name])
        return await self._end(entry, after=None)

    async def _begin(self) -> None:
        options = self._tools.options
        if self._repository is not None and options.is_committing:
            await self._repository.check()
            if options.is_pushing:
                await self._repository.check_push(options.branch)
        await self._ledger.refresh()

    async def _end(self, entry: Entry, *, after: Entry | None) -> Decided:
        """Commit, and make sure that the decision stands: meanwhile another run may have decided."""
        await self._ledger.publish()
        if self._ledger.state.get(entry.name) != after:
            raise RecordError(
                f"another run changed {printable(entry.name)!r} at the same time, and its entry was kept",
                hint="Look at the state file, then decide again.",
            )
        return Decided(entry=entry, commit=self._ledger.commit, is_pushed=self._ledger.is_pushed)

    def _refuse_live(self, claim: Claim, error: type[CampaignSyncError]) -> None:
        is_local = self._ledger.is_local(claim)
        if self._watch.remaining_s(claim, is_local=is_local) > 0:
            seconds = self._free_in_s(claim, is_local=is_local)
            raise error(
                f"{printable(claim.name)!r} is {advice.owner_may_be_alive(claim, seconds)}",
                hint=f"Run it again in {seconds:.0f} s; a sync that ends by then may settle it without you.",
            )

    def _free_in_s(self, claim: Claim, *, is_local: bool) -> float:
        """Return when a command that doesn't wait may touch the claim: one has seen it for no time at all."""
        skew = timedelta(0) if is_local else MAX_SKEW
        left = claim.send_before + skew - self._tools.clock.now()
        return math.ceil(left.total_seconds() + self._tools.rules.proof_s(claim.sends))

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
        hint="Name a file under the campaigns folder, as `campaignsync plan` shows it.",
    )
