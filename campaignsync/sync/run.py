"""One sync, step by step as the product's contract has them ("Sync")."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from campaignsync.errors import ApiError, CampaignSyncError
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Claim
from campaignsync.sync.deciding import Decider
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.listing import unauthorized
from campaignsync.sync.ports import Definitions, Repository
from campaignsync.sync.resolving import Aftermath, done, failure
from campaignsync.sync.sending import Sender
from campaignsync.sync.tools import StopRequestedError, Tools

_T = TypeVar("_T", Done, Failure)


class Sync:
    """One run.

    Args:
        definitions: The definition files.
        ledger: The state.
        repository: The work tree; None outside git.
        tools: The run's ports and options.
    """

    def __init__(
        self, definitions: Definitions, ledger: Ledger, *, repository: Repository | None, tools: Tools
    ) -> None:
        self._decider = Decider(definitions, ledger, tools)
        self._ledger = ledger
        self._repository = repository
        self._tools = tools
        self._sender = Sender(tools, ledger)
        self._aftermath = Aftermath(tools, ledger, self._sender)

    async def run(self) -> Result:
        """Run all steps.

        Raises:
            CampaignSyncError: An error before anything was created; see `errors`.
        """
        await self._check_git()
        await self._decider.look()
        try:
            await self._send(await self._decider.decide())
        except StopRequestedError:
            self._decider.findings.is_interrupted = True
        except CampaignSyncError as error:
            if not self._has_sent():
                raise
            self._decider.findings.error = error
        await self._record()
        return self._result()

    async def _check_git(self) -> None:
        options = self._tools.options
        if self._repository is None or not options.is_committing:
            return
        await self._repository.check()
        if options.is_pushing:
            await self._repository.check_push(options.branch)

    async def _send(self, claims: Sequence[Claim]) -> None:
        await self._sender.send(claims)
        try:
            await self._aftermath.look_up()
            await self._aftermath.confirm_rejections()
        except ApiError as error:
            self._decider.findings.warnings.append(
                f"{error.message}; what is unclear is left for the next sync"
            )
        if self._sender.unauthorized and not self._has_sent():
            await self._ledger.publish()
            raise unauthorized(self._sender.unauthorized)

    def _has_sent(self) -> bool:
        """Return whether any request of this run may have had an effect, or an earlier one's was found."""
        sender, aftermath = self._sender, self._aftermath
        seen = (sender.created, sender.unknown, sender.rejected, sender.kept)
        found = (self._decider.findings.recovered, aftermath.recovered, aftermath.stuck, aftermath.failed)
        return any(seen) or any(found)

    async def _record(self) -> None:
        """Commit, and with --push push, whatever the state holds now; step 7."""
        try:
            await self._ledger.publish()
        except CampaignSyncError as error:
            self._decider.findings.error = self._decider.findings.error or error

    def _result(self) -> Result:
        sender, aftermath, ledger = self._sender, self._aftermath, self._ledger
        findings = self._decider.findings
        left = [*sender.unknown.values(), *sender.rejected.values()]
        unclear = [(attempt.claim, attempt.reason) for attempt in left]
        unclear += [*sender.kept.values(), *sender.left.values()]
        error = findings.error
        return Result(
            plan=findings.plan,
            created=_sorted(map(done, sender.created.values())),
            recovered=_sorted(map(done, [*findings.recovered, *aftermath.recovered])),
            failed=_sorted([*findings.failed, *aftermath.failed]),
            unknown=_sorted([*findings.unknown, *aftermath.stuck, *(failure(*pair) for pair in unclear)]),
            not_sent=_sorted([*findings.not_sent, *(failure(*p) for p in sender.not_sent.values())]),
            warnings=tuple(sorted(findings.warnings)),
            conflicts=ledger.conflicts,
            requests=self._tools.api.requests,
            commit=ledger.commit,
            is_pushed=ledger.is_pushed and self._tools.options.is_pushing,
            is_interrupted=findings.is_interrupted or self._tools.stop.is_set(),
            record_error=error.message if error else "",
            record_hint=error.hint if error else "",
        )


def _sorted(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(sorted(items, key=lambda item: item.name))
