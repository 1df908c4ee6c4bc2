"""The state of a run on disk, in git and on the remote: the write-ahead log of what is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from campaignsync.claims import Conflict, Merge, changes, merge
from campaignsync.errors import GitError
from campaignsync.git import Ahead, PushRefused
from campaignsync.identity import Definition, identity
from campaignsync.state import Claim, Entry, Record, State, Status, parse, render
from campaignsync.sync import advice
from campaignsync.sync.messages import Origin, commit_message
from campaignsync.sync.ports import Repository, Store
from campaignsync.sync.tools import Context

PUSHES = 5
"""Pushes that may lose a race before a run gives up (the contract, "Sync" 7)."""


class Ledger:
    """What this clone knows to be created and claimed.

    Args:
        store: The state file.
        repository: The work tree; None outside git.
        tools: The run's ports and options.

    Attributes:
        state: What the disk holds.
        conflicts: Campaigns that could not be recorded on the remote, since it knows another.
        commit: The last commit that this run made; None while there was none.
        is_pushed: Whether the upstream has everything that the disk has.
    """

    def __init__(self, store: Store, repository: Repository | None, tools: Context) -> None:
        self._store = store
        self._repository = repository
        self._tools = tools
        self._local: frozenset[Claim] | None = None
        self._origin = Origin(source_commit="")
        self._leased_at: dict[str, float] = {}
        self.state = State()
        self.conflicts: tuple[Conflict, ...] = ()
        self.commit: str | None = None
        self.is_pushed = False

    async def refresh(self) -> None:
        """Bring disk, branch and (with --push) the upstream together, and load the state.

        Raises:
            GitError: A person's commits are in the way, or git failed; nothing was sent.
            RecordError: What an earlier run left could not be pushed.
        """
        repository, options = self._repository, self._tools.options
        if repository is not None and options.is_committing:
            self._origin = Origin(source_commit=await repository.head(), run_url=options.run_url)
        self._load()
        if repository is not None and options.is_pushing:
            await self._catch_up(repository)
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
        if self._repository is None or not definitions or not self._tools.options.is_tracked:
            return
        loose = await self._repository.uncommitted([definition.source for definition in definitions])
        if loose:
            raise advice.loose(loose)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries, on disk at once."""
        self._save(self.state.with_entries(entries))

    def drop(self, names: Iterable[str]) -> None:
        """Remove entries, on disk at once."""
        self._save(self.state.without(names))

    def record(self, claim: Claim, camp_id: str, *, status: Status) -> Record:
        """Turn a claim into the record of a campaign, on disk at once."""
        record = Record(
            name=claim.name,
            camp_id=camp_id,
            status=status,
            source=claim.source,
            digest=claim.digest,
            definition=claim.definition,
            claimed_at=claim.claimed_at,
            created_at=self._tools.stamp(),
            sends=claim.sends,
        )
        self.put([record])
        return record

    def release(self, claim: Claim) -> bool:
        """Undo the counted send of a claim that did not go out; return whether the claim is gone.

        A claim whose earlier sends were proven absent stays: their number must not be forgotten.
        """
        earlier = claim.sends - 1
        if earlier > 0:
            self.put([replace(claim, sends=earlier)])
        else:
            self.drop([claim.name])
        return earlier <= 0

    async def claim(self, claims: Sequence[Claim]) -> bool:
        """Write claims ahead of their requests; with --push on the remote, where only one run can.

        Returns:
            Whether the claims hold; False where another push came first, and all is as it was.

        Raises:
            RecordError: The remote forbids the push; nothing was sent.
            GitError: Git failed; nothing was sent.
        """
        repository = self._repository
        if repository is None or not self._tools.options.is_pushing:
            self.put(claims)
            return True
        _check_reviewed(await repository.ahead())
        self.put(claims)
        await self._commit(repository)
        refused = await self._push_head(repository)
        if refused is None:
            return True
        await repository.fetch()
        await self._move_to(repository, None)
        if not refused.is_race:
            raise advice.push_forbidden(refused.reason, "Nothing was sent.")
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
        self.put(renewed)
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
        merged = Merge(state=self.state)
        repository, options = self._repository, self._tools.options
        if repository is None or not options.is_committing:
            return merged
        await self._commit(repository)
        if options.is_pushing:
            merged = await self._push_all(repository)
        self.conflicts += merged.conflicts
        return merged

    def _load(self) -> None:
        options = self._tools.options
        self.state = self._store.load().bound_to(host=options.host, app_id=options.app_id)

    def _save(self, state: State) -> None:
        self._store.save(state)
        self.state = state
        self.is_pushed = False

    async def _catch_up(self, repository: Repository) -> None:
        await self._commit(repository)
        await repository.fetch()
        if self._local is None:
            await self._tell_local_claims()
        ahead = await repository.ahead()
        _check_reviewed(ahead)
        if ahead.own:
            self.conflicts += (await self._push_all(repository)).conflicts
        elif ahead.behind:
            await repository.move_to(None)
        self._origin = replace(self._origin, source_commit=await repository.head())
        self._load()
        self.is_pushed = True

    async def _tell_local_claims(self) -> None:
        upstream = _read(await self._repository.state_at_upstream()) if self._repository else State()
        shared = {(identity(claim.name), claim.claimed_by) for claim in upstream.claims}
        claims = self.state.claims
        self._local = frozenset(c for c in claims if (identity(c.name), c.claimed_by) not in shared)

    async def _commit(self, repository: Repository) -> None:
        """Commit what the disk holds; it may differ from HEAD in no entry, after a crash amid a move."""
        text = await repository.state_at_head()
        if text is None and not self.state.entries:
            return
        message = commit_message(_read(text), self.state, origin=self._origin)
        self.commit = await repository.commit(message) or self.commit

    async def _push_head(self, repository: Repository) -> PushRefused | None:
        return await self._push(repository, await repository.head())

    async def _push(self, repository: Repository, commit: str) -> PushRefused | None:
        """Push a commit; where the answer is lost, fetch to see."""
        try:
            refused = await repository.push(commit)
        except GitError as error:
            self._tools.progress.detail(f"the push had no answer: {error.message}")
            await repository.fetch()
            if not await repository.is_on_upstream(commit):
                return PushRefused(reason=error.message, is_race=True)
            refused = None
        self.is_pushed = refused is None
        return refused

    async def _push_all(self, repository: Repository) -> Merge:
        """Push what is committed, put on the new tip as often as another push comes first."""
        merged, refused = Merge(state=self.state), PushRefused(reason="", is_race=True)
        for attempt in range(PUSHES):
            ahead = await repository.ahead()
            if ahead.behind or ahead.foreign:
                merged, answer = await self._put_on_tip(repository, is_staying=bool(ahead.foreign))
            elif not ahead.own:
                self.is_pushed = True
                return merged
            else:
                answer = await self._push_head(repository)
            if answer is None:
                return merged
            refused = answer
            if not refused.is_race:
                break
            await self._tools.clock.sleep((attempt + self._tools.clock.jitter()) * 2)
            await repository.fetch()
        raise advice.push_forbidden(
            refused.reason, "What was created is in the state file and committed here."
        )

    async def _put_on_tip(
        self, repository: Repository, *, is_staying: bool
    ) -> tuple[Merge, PushRefused | None]:
        """Put the entries on the upstream's tip; where a person committed meanwhile, the branch stays."""
        base, tip = _read(await repository.state_at_base()), _read(await repository.state_at_upstream())
        options = self._tools.options
        merged = merge(tip, changes(base, self.state), rules=self._tools.rules, run_id=options.run_id)
        if merged.state.entries == tip.entries:
            await self._move_to(repository, None, is_staying=is_staying)
            return merged, None
        bound = merged.state.bound_to(host=options.host, app_id=options.app_id)
        message = commit_message(tip, bound, origin=self._origin)
        commit = await repository.replay(render(bound), message)
        refused = await self._push(repository, commit)
        if refused is None:
            await self._move_to(repository, commit, is_staying=is_staying)
            self.commit = commit
        return merged, refused

    async def _move_to(self, repository: Repository, commit: str | None, *, is_staying: bool = False) -> None:
        if not is_staying:
            await repository.move_to(commit)
            self._load()
        self.is_pushed = True


def _read(text: str | None) -> State:
    return State() if text is None else parse(text, where="the state file in git")


def _check_reviewed(ahead: Ahead) -> None:
    if ahead.foreign:
        raise advice.unreviewed(ahead.foreign)
