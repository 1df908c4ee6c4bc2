"""What is created and claimed: the state of a snapshot, the journal's changes to it, and recording them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from campaignsync.claims import Change, Conflict, Merge, changes, count_send, merge
from campaignsync.config import RunOptions
from campaignsync.errors import CampaignSyncError, RecordError, StateError
from campaignsync.identity import identity
from campaignsync.protocol import remediation
from campaignsync.protocol.commit_message import Origin, commit_message
from campaignsync.protocol.delivery import Delivery, Raced, Refused
from campaignsync.protocol.journal import Journal
from campaignsync.protocol.ports import Recorder, Snapshot
from campaignsync.protocol.tools import Context, StopRequestedError
from campaignsync.state import Claim, Entry, Record, State, Status

RACES = 5
"""Pushes that may lose a race before a run gives up (the contract, "Sync" 8)."""

FIRST_PUSH_S = 30.0
"""How long a push is taken to last before this run has made one, in seconds ("Sync" 4)."""


class Ledger:
    """What this clone knows to be created and claimed.

    Args:
        recorder: Where it is read and recorded.
        journal: What no commit holds yet.
        tools: The run's ports and options.

    Attributes:
        state: All of it: what the snapshot holds, and what this clone knows beside.
        conflicts: Campaigns that could not be recorded, since the branch knows another.
        plan_digest: What the run set out to send, for its commits; empty until it is decided.
    """

    def __init__(self, recorder: Recorder, journal: Journal, tools: Context) -> None:
        self._recorder = recorder
        self._journal = journal
        self._tools = tools
        self._runs = journal.found.runs | {tools.options.run_id}
        self._base: Snapshot | None = None
        self._leased_at: dict[str, float] = {}
        self._delivery = Delivery(recorder, tools)
        self._forgotten: str | None = None
        self._source = ""
        self.state = State()
        self.plan_digest = ""
        self.conflicts: tuple[Conflict, ...] = ()

    @property
    def base(self) -> Snapshot:
        """The snapshot that the state was read from, or that this run recorded last."""
        if self._base is None:
            raise RuntimeError("nothing was read yet: refresh first")
        return self._base

    @property
    def has_read(self) -> bool:
        """Whether a snapshot was read yet."""
        return self._base is not None

    @property
    def options(self) -> RunOptions:
        """The run's options."""
        return self._tools.options

    @property
    def is_shared(self) -> bool:
        """Whether claims are published before their requests."""
        return self._recorder.is_shared

    @property
    def has_claimed(self) -> bool:
        """Whether claims of this run are there."""
        return any(claim.claimed_by == self._tools.options.run_id for claim in self.state.claims)

    @property
    def commit(self) -> str | None:
        """The last commit that this run made; None while there was none."""
        return self._delivery.commit

    @property
    def is_recorded(self) -> bool:
        """Whether the snapshot holds all that this clone knows."""
        return not changes(self.base.state, self.state)

    async def refresh(self) -> None:
        """Read the branch again; what this clone knows beside it is kept.

        Raises:
            GitError: Git failed, or the remote can't be reached.
            StateError: The state there is damaged, or another account's.
        """
        if self._base is None:
            mine, tip = self._journal.found.changes(), await self._recorder.snapshot()
        else:
            mine = changes(self._base.state, self.state)
            tip = await self._delivery.look(self._tools.pause)
        self._source = tip.id
        self._take(tip, mine)

    def is_local(self, claim: Claim) -> bool:
        """Return whether only this clone may know of a claim that an earlier run left."""
        return (identity(claim.name), claim.claimed_by) in self._journal.found.local

    def holds(self, claim: Claim) -> bool:
        """Return whether the claim is still there, and nothing of another run has come into its place."""
        entry = self.state.get(claim.name)
        return isinstance(entry, Claim) and entry.claimed_by == claim.claimed_by

    async def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace entries; returns when the journal has them.

        Raises:
            StateError: The journal can't be written; the state is as before.
        """
        await self._journal.write(self.state, put=entries)
        self.state = self.state.with_entries(entries)

    async def drop(self, names: Sequence[str]) -> None:
        """Give claims up; returns when the journal has it, raises what `put` raises."""
        await self._journal.write(self.state, drop=names)
        self.state = self.state.without(names)

    async def record(
        self, found: Iterable[tuple[Claim, str]], *, status: Status, next_sent: Sequence[Claim] = ()
    ) -> list[Record]:
        """Turn claims into the records of campaigns, given with their campIds; raises what `put` raises.

        Args:
            found: The claims and the campIds.
            status: How they came to be recorded.
            next_sent: Claims whose requests are about to go, counted: one write serves both.
        """
        now = self._tools.stamp()
        records = [
            Record(
                name=claim.name,
                camp_id=camp_id,
                status=status,
                source=claim.source,
                digest=claim.digest,
                definition=claim.definition,
                claimed_at=claim.claimed_at,
                created_at=now,
                sends=claim.sends,
            )
            for claim, camp_id in found
        ]
        await self._journal.write(self.state, put=records, sent=next_sent)
        self.state = self.state.with_entries([*records, *next_sent])
        return records

    def counted(self, claim: Claim) -> Claim:
        """Return a claim with its coming send counted; a published one was counted before."""
        return claim if self.is_shared else count_send(claim)

    async def unsend(self, claim: Claim) -> None:
        """Take a send back that did not go out after all; raises what `put` raises."""
        await self._journal.write(self.state, sent=[claim])
        self.state = self.state.with_entries([claim])

    async def release(self, claims: Sequence[Claim]) -> frozenset[str]:
        """Undo the counted sends of claims that did not go out; return the identities of those that are gone.

        A claim whose earlier sends were proven absent stays: their number must not be forgotten.

        Raises:
            StateError: The journal can't be written; the state is as before.
        """
        kept = [replace(claim, sends=claim.sends - 1) for claim in claims if claim.sends > 1]
        gone = [claim.name for claim in claims if claim.sends <= 1]
        await self._journal.write(self.state, put=kept, drop=gone)
        self.state = self.state.without(gone).with_entries(kept)
        return frozenset(map(identity, gone))

    async def claim(self, claims: Sequence[Claim]) -> bool:
        """Write claims ahead of their requests; on a shared branch publish them, where only one run can.

        Returns:
            Whether the claims hold; False where another push came first, and all is as it was.

        Raises:
            GitError: Git failed, or the remote refuses the push; nothing was sent.
            StateError: The journal can't be written.
        """
        if not self.is_shared:
            if self._recorder.has_history:
                # Where even a commit without changes can't be made (a signature, a path that git refuses),
                # what is created could never be recorded.
                await self._recorder.commit(self.base, self.base.state, "campaignsync: nothing\n")
            await self.put(claims)
            return True
        before = self.state
        await self.put(claims)
        try:
            delivered = await self._deliver(self.base, self.state, pause=self._tools.pause)
        except (CampaignSyncError, StopRequestedError):
            await self._unclaim(claims, before)
            raise
        match delivered:
            case Snapshot():
                self._take(delivered, ())
                return all(self.holds(claim) for claim in claims)
            case Raced():
                self.state = before
                return False
            case Refused(reason=reason):
                await self._unclaim(claims, before)
                raise remediation.claim_refused(reason)
            case never:
                assert_never(never)

    async def _unclaim(self, claims: Sequence[Claim], before: State) -> None:
        """Undo claims that were not published: nothing was sent for them, so no later run has to ask."""
        self.state = before
        # Not of those that took a claim over: what was sent for it must not be forgotten.
        fresh = [claim.name for claim in claims if before.get(claim.name) is None]
        with suppress(StateError):
            await self._journal.write(before, drop=fresh)

    async def renew(self, claims: Sequence[Claim]) -> list[Claim]:
        """Give claims a new lease; return those that are still this run's.

        Raises:
            RecordError: The remote does not take the push.
            GitError: Git failed.
            StateError: The journal can't be written.
        """
        renewed = [self.leased(claim, count=len(claims)) for claim in claims if self.holds(claim)]
        await self.put(renewed)
        lost = (await self._publish()).lost if self.is_shared else frozenset[str]()
        return [claim for claim in renewed if identity(claim.name) not in lost and self.holds(claim)]

    def leased(self, claim: Claim, *, count: int) -> Claim:
        """Return a claim with a lease from now on, long enough for `count` sends.

        Without a shared branch the lock keeps others away, and there is nothing to lease.
        """
        if not self.is_shared:
            return replace(claim, send_before=self._tools.stamp(), lease_seconds=0)
        lease_s = self._tools.rules.lease_seconds(count, push_s=self._delivery.slowest_s or FIRST_PUSH_S)
        self._leased_at[identity(claim.name)] = self._tools.clock.monotonic()
        # Later than before even by a clock that was set back: a renewal that changes nothing makes no
        # commit, and then no push can tell that another run has taken the claim over.
        later = claim.send_before + timedelta(seconds=1)
        before = max(self._tools.stamp() + timedelta(seconds=lease_s), later)
        return replace(claim, send_before=before, lease_seconds=lease_s)

    def may_send(self, claim: Claim) -> bool:
        """Return whether a request for this claim may start now and still end within its lease.

        The time is the later of two clocks': others watch a claim by their monotonic clocks, so a wall clock
        that is set back must not make the lease longer; and a monotonic one may not count the time for which
        a machine was suspended.
        """
        if not self.is_shared:
            return True
        clock = self._tools.clock
        given = claim.send_before - timedelta(seconds=claim.lease_seconds)
        held_s = clock.monotonic() - self._leased_at[identity(claim.name)]
        return self._tools.rules.may_send(claim, max(clock.now(), given + timedelta(seconds=held_s)))

    async def close(self) -> None:
        """Record all that this clone knows, at the end of a run; the journal is emptied when that holds.

        What stays claimed is recorded with an ended lease, since nothing is sent for it any more: nobody
        needs to wait for this run.

        Raises:
            RecordError: The remote does not take the push; the journal keeps it all.
            GitError: Git failed; the journal keeps it all.
            StateError: The journal or the state file can't be written.
        """
        # Where the journal counts each send before it goes, what has none was never sent, nor will be found
        # in the journal again.
        unsent = [claim.name for claim in self.state.claims if self._is_mine(claim) and not claim.sends]
        self.state = self.state.without(unsent)
        known = {change.name for change in changes(self.base.state, self.state)}
        ended = [
            replace(claim, lease_seconds=0)
            for claim in self.state.claims
            if claim.claimed_by == self._tools.options.run_id or claim.name in known
        ]
        self.state = self.state.with_entries(ended)
        await self._publish()
        kept = [] if self.is_shared else [claim for claim in self.state.claims if self._is_mine(claim)]
        await self._journal.close(self.state, kept=kept)

    async def forget(self, name: str) -> None:
        """Record that the entry of this name is gone; raises what `close` raises.

        Until it is recorded, nothing has happened: the journal is not told of it.
        """
        self._forgotten = identity(name)
        self.state = self.state.without([name])
        await self.close()

    def _is_mine(self, claim: Claim) -> bool:
        return claim.claimed_by == self._tools.options.run_id or self.is_local(claim)

    def _take(self, tip: Snapshot, mine: Sequence[Change]) -> None:
        """Make a snapshot the base, and put on it what this clone knows beside."""
        options = self._tools.options
        merged = self._merged(tip.state, mine)
        self.conflicts += merged.conflicts
        self._base = tip
        found = self._journal.found.state
        bound = merged.state.bound_to(host=found.host, app_id=found.app_id)
        self.state = bound.bound_to(host=options.host, app_id=options.app_id)

    def _merged(self, tip: State, mine: Sequence[Change]) -> Merge:
        local_runs = self._journal.found.local_runs
        return merge(tip, mine, rules=self._tools.rules, runs=self._runs, local_runs=local_runs)

    async def _publish(self) -> Merge:
        """Bring the state to the branch, however often another push comes first; never by force.

        Returns:
            How the changes met the branch's.

        Raises:
            RecordError: The remote does not take the push; the journal keeps what was to be recorded.
            GitError: Git failed.
        """
        mine = changes(self.base.state, self.state)
        base = self.base
        for attempt in range(RACES):
            merged = self._merged(base.state, mine)
            if not changes(base.state, merged.state):
                self._take(base, mine)
                return merged
            bound = merged.state.bound_to(host=self.state.host, app_id=self.state.app_id)
            match await self._deliver(base, bound, pause=self._tools.clock.sleep):
                case Snapshot() as tip:
                    self._take(tip, mine)
                    return merged
                case Raced(tip=tip):
                    base = tip
                case Refused(reason=reason):
                    raise remediation.push_refused(reason, is_shared=self.is_shared)
                case never:
                    assert_never(never)
            await self._tools.clock.sleep((attempt + self._tools.clock.jitter()) * 2)
        raise remediation.lost_races(RACES)

    async def _deliver(
        self, base: Snapshot, state: State, *, pause: Callable[[float], Awaitable[None]]
    ) -> Snapshot | Raced | Refused:
        """Deliver a state with this run's message, unless it lacks what the base has; see `Delivery`."""
        self._refuse_loss(base.state, state)
        origin = Origin(source_commit=self._source, plan=self.plan_digest, options=self._tools.options)
        message = commit_message(base.state, state, origin=origin)
        return await self._delivery.deliver(base, state, message, pause=pause)

    def _refuse_loss(self, tip: State, state: State) -> None:
        """Refuse a state that lacks records of the tip's, whatever led to it.

        Raises:
            RecordError: It does.
        """
        for key, entry in tip.entries.items():
            after = state.entries.get(key)
            is_same = (
                isinstance(after, Record) and isinstance(entry, Record) and after.camp_id == entry.camp_id
            )
            if isinstance(entry, Record) and not is_same and key != self._forgotten:
                raise RecordError(
                    f"the new state lacks {entry.name!r}, {entry.camp_id}: it was not committed"
                )
