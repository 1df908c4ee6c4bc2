"""The state of a run on disk, in git and on the remote: the write-ahead log of what is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from campaignsync.claims import Conflict, Merge
from campaignsync.identity import Definition, identity
from campaignsync.state import Claim, Entry, Record, State, Status
from campaignsync.sync import advice
from campaignsync.sync.messages import Origin
from campaignsync.sync.ports import Repository, Store
from campaignsync.sync.publishing import Publisher, check_reviewed, read_state
from campaignsync.sync.saving import Journal
from campaignsync.sync.tools import Context


class Ledger:
    """What this clone knows to be created and claimed.

    Args:
        store: The state file.
        repository: The work tree; None outside git.
        tools: The run's ports and options.

    Attributes:
        conflicts: Campaigns that could not be recorded on the remote, since it knows another.
        is_pushed: Whether the upstream has everything that the disk has.
    """

    def __init__(self, store: Store, repository: Repository | None, tools: Context) -> None:
        self._journal = Journal(store)
        self._publisher = Publisher(repository, tools) if repository is not None else None
        self._tools = tools
        self._local: frozenset[Claim] | None = None
        self._leased_at: dict[str, float] = {}
        self.conflicts: tuple[Conflict, ...] = ()
        self.is_pushed = False

    @property
    def state(self) -> State:
        """What the disk holds."""
        return self._journal.state

    @property
    def commit(self) -> str | None:
        """The last commit that this run made; None while there was none."""
        return self._publisher.commit if self._publisher else None

    async def refresh(self) -> None:
        """Bring disk, branch and (with --push) the upstream together, and load the state.

        Raises:
            GitError: A person's commits are in the way, or git failed; nothing was sent.
            RecordError: What an earlier run left could not be pushed.
        """
        publisher, options = self._publisher, self._tools.options
        if publisher is not None and options.is_committing:
            source_commit = await publisher.repository.head()
            publisher.origin = Origin(source_commit=source_commit, run_url=options.run_url)
        self._load()
        if publisher is not None and options.is_pushing:
            await self._catch_up(publisher)
        elif self._local is None:
            await self._tell_local_claims()

    def is_local(self, claim: Claim) -> bool:
        """Return whether no other machine can have seen this claim."""
        return self._local is not None and claim in self._local

    async def check_committed(self, definitions: Sequence[Definition]) -> None:
        """Demand that git history can say what is recorded, unless this run was told not to.

        Raises:
            GitError: HEAD does not hold some of these definitions as they stand.
        """
        if self._publisher is None or not definitions or not self._tools.options.is_tracked:
            return
        sources = [definition.source for definition in definitions]
        loose = await self._publisher.repository.uncommitted(sources)
        if loose:
            raise advice.loose(loose)

    async def unapproved(self, definitions: Sequence[Definition]) -> frozenset[str]:
        """Return the sources of those definitions that the approved commit does not hold as they stand.

        Raises:
            GitError: That commit isn't here, or there is no git.
        """
        approved = self._tools.options.approved
        if approved is None or not definitions:
            return frozenset()
        if self._publisher is None:
            raise advice.no_history(approved)
        sources = [definition.source for definition in definitions]
        return frozenset(await self._publisher.repository.uncommitted(sources, commit=approved))

    async def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries; returns when the disk has them.

        Raises:
            StateError: The state could not be saved, and is as before.
        """
        await self._change(put=tuple(entries))

    async def drop(self, names: Iterable[str]) -> None:
        """Remove entries; returns when they are gone from the disk, raises what `put` raises."""
        await self._change(drop=tuple(names))

    async def record(
        self, found: Iterable[tuple[Claim, str]], *, status: Status, counted: Iterable[Claim] = ()
    ) -> list[Record]:
        """Turn claims into the records of campaigns, given with their campIds; raises what `put` raises.

        Args:
            found: The claims and the campIds.
            status: How they came to be recorded.
            counted: Claims to put in the same save.
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
        await self._change(put=[*records, *counted])
        return records

    async def release(self, claims: Sequence[Claim]) -> frozenset[str]:
        """Undo the counted sends of claims that did not go out; return the identities of those that are gone.

        A claim whose earlier sends were proven absent stays: their number must not be forgotten.

        Raises:
            StateError: The state could not be saved, and is as before.
        """
        kept = [replace(claim, sends=claim.sends - 1) for claim in claims if claim.sends > 1]
        gone = [claim.name for claim in claims if claim.sends <= 1]
        await self._change(put=kept, drop=gone)
        return frozenset(map(identity, gone))

    async def claim(self, claims: Sequence[Claim]) -> bool:
        """Write claims ahead of their requests; with --push on the remote, where only one run can.

        Returns:
            Whether the claims hold; False where another push came first, and all is as it was.

        Raises:
            GitError: Git failed, or the remote forbids the push; nothing was sent.
        """
        publisher = self._publisher
        if publisher is None or not self._tools.options.is_pushing:
            await self.put(claims)
            return True
        check_reviewed(await publisher.repository.ahead())
        await self.put(claims)
        await publisher.commit_state(self.state)
        refused = await publisher.push_head()
        self.is_pushed = refused is None
        if refused is None:
            return True
        await publisher.repository.fetch()
        await publisher.repository.move_to(None)
        self._load()
        self.is_pushed = True
        if not refused.is_race:
            raise advice.claim_forbidden(refused.reason)
        return False

    def holds(self, claim: Claim) -> bool:
        """Return whether the claim still stands, and nothing of another run has come into its place."""
        entry = self.state.get(claim.name)
        return isinstance(entry, Claim) and entry.claimed_by == claim.claimed_by

    async def renew(self, claims: Sequence[Claim]) -> list[Claim]:
        """Give claims a new lease; return those that are still this run's.

        An earlier renewal may have brought another run's claims here, which a push would then replace.

        Raises:
            RecordError: The remote does not take the push.
            GitError: Git failed.
        """
        options, rules = self._tools.options, self._tools.rules
        own = [claim for claim in claims if rules.is_own(self.state.get(claim.name), options.run_id)]
        renewed = [self.leased(claim, count=len(own)) for claim in own]
        await self.put(renewed)
        lost = (await self.publish()).lost if options.is_pushing else frozenset[str]()
        return [claim for claim in renewed if identity(claim.name) not in lost]

    def leased(self, claim: Claim, *, count: int) -> Claim:
        """Return a claim with a lease from now on, long enough for `count` sends."""
        lease_s = self._tools.rules.lease_seconds(count)
        self._leased_at[identity(claim.name)] = self._tools.clock.monotonic()
        # Later than before even by a clock that was set back: a renewal that changes nothing makes no
        # commit, and then no push can tell that another run has taken the claim over.
        later = claim.send_before + timedelta(seconds=1)
        before = max(self._tools.stamp() + timedelta(seconds=lease_s), later)
        return replace(claim, send_before=before, lease_seconds=lease_s)

    def now_for(self, claim: Claim) -> datetime:
        """Return the time by which a lease that this run gave is judged: the later of two clocks'.

        Others watch a claim by their monotonic clocks, so a wall clock that is set back must not make the
        lease longer; and a monotonic one may stand still while a machine is suspended.
        """
        clock = self._tools.clock
        given = claim.send_before - timedelta(seconds=claim.lease_seconds)
        held_s = clock.monotonic() - self._leased_at[identity(claim.name)]
        return max(clock.now(), given + timedelta(seconds=held_s))

    async def publish(self) -> Merge:
        """Commit the state and, with --push, bring it to the remote; never by force.

        Returns:
            How the changes met the remote's.

        Raises:
            RecordError: The remote does not take the push; the entries are on disk and committed.
            GitError: Git failed.
        """
        publisher, options = self._publisher, self._tools.options
        if publisher is None or not options.is_committing:
            return Merge(state=self.state)
        await publisher.commit_state(self.state)
        return await self._push(publisher) if options.is_pushing else Merge(state=self.state)

    def _load(self) -> None:
        options = self._tools.options
        self._journal.load(host=options.host, app_id=options.app_id)

    async def _change(self, *, put: Sequence[Entry] = (), drop: Sequence[str] = ()) -> None:
        if put or drop:
            await self._journal.change(lambda state: state.without(drop).with_entries(put))
            self.is_pushed = False

    async def _catch_up(self, publisher: Publisher) -> None:
        repository = publisher.repository
        await publisher.commit_state(self.state)
        await repository.fetch()
        if self._local is None:
            await self._tell_local_claims()
        ahead = await repository.ahead()
        check_reviewed(ahead)
        if ahead.own:
            await self._push(publisher)
        elif ahead.behind:
            await repository.move_to(None)
            self._load()
        publisher.origin = replace(publisher.origin, source_commit=await repository.head())
        self.is_pushed = True

    async def _push(self, publisher: Publisher) -> Merge:
        published = await publisher.push(self.state)
        if published.has_moved:
            self._load()
        self.is_pushed = True
        self.conflicts += published.merge.conflicts
        return published.merge

    async def _tell_local_claims(self) -> None:
        text = await self._publisher.repository.state_at_upstream() if self._publisher else None
        shared = {(identity(claim.name), claim.claimed_by) for claim in read_state(text).claims}
        claims = self.state.claims
        self._local = frozenset(c for c in claims if (identity(c.name), c.claimed_by) not in shared)
