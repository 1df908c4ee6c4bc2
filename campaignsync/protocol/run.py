"""One sync, step by step as the product's contract has them ("Sync")."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from campaignsync.errors import ApiError, CampaignSyncError
from campaignsync.plan import Target
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import unauthorized
from campaignsync.protocol.ports import Definitions, Recorder
from campaignsync.protocol.preflight import Preflight
from campaignsync.protocol.recovery import Recovery, done, failure
from campaignsync.protocol.sender import Sender
from campaignsync.protocol.tools import StopRequestedError, Tools
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Claim

_T = TypeVar("_T", Done, Failure)


class Sync:
    """One run.

    Args:
        recorder: Where it reads and records.
        ledger: What is created and claimed.
        tools: The run's ports and options.
        work_tree: See `Preflight`.
    """

    def __init__(
        self, recorder: Recorder, ledger: Ledger, tools: Tools, *, work_tree: Definitions | None = None
    ) -> None:
        self._recorder = recorder
        self._preflight = Preflight(ledger, tools, work_tree=work_tree)
        self._ledger = ledger
        self._tools = tools
        self._sender = Sender(tools, ledger)
        self._recovery = Recovery(tools, ledger, self._sender)

    async def run(self) -> Result:
        """Run all steps.

        Raises:
            CampaignSyncError: An error before anything was created; see `errors`.
        """
        await self._recorder.check()
        await self._preflight.look()
        is_new = not self._ledger.state.entries
        try:
            await self._send(await self._preflight.decide())
        except StopRequestedError:
            self._preflight.findings.is_interrupted = True
        except CampaignSyncError as error:
            if not self._has_sent():
                raise
            self._preflight.findings.error = error
        await self._record()
        return self._result(is_new=is_new)

    async def _send(self, claims: Sequence[Claim]) -> None:
        await self._sender.send(claims)
        try:
            await self._recovery.look_up()
            await self._recovery.confirm_rejections()
        except ApiError as error:
            self._preflight.findings.warnings.append(
                f"{error.message}; what is unclear is left for the next sync"
            )
        if self._sender.unauthorized and not self._has_sent():
            await self._ledger.close()
            raise unauthorized(self._sender.unauthorized)

    def _has_sent(self) -> bool:
        """Return whether any request of this run may have had an effect, or an earlier one's was found."""
        sender, recovery = self._sender, self._recovery
        seen = (sender.created, sender.unknown, sender.rejected, sender.kept)
        found = (self._preflight.findings.recovered, recovery.recovered, recovery.stuck, recovery.failed)
        return any(seen) or any(found)

    async def _record(self) -> None:
        """Record whatever this clone knows now; step 8."""
        try:
            await self._ledger.close()
        except CampaignSyncError as error:
            self._preflight.findings.error = self._preflight.findings.error or error

    def _result(self, *, is_new: bool) -> Result:
        sender, recovery, ledger = self._sender, self._recovery, self._ledger
        findings = self._preflight.findings
        left = [*sender.unknown.values(), *sender.rejected.values()]
        unclear = [(attempt.claim, attempt.reason) for attempt in left]
        unclear += [*sender.kept.values(), *sender.left.values()]
        error = findings.error
        options, state = self._tools.options, ledger.state
        target = Target(host=state.host, app_id=state.app_id, state=options.state, is_new=is_new)
        return Result(
            target=target,
            plan=findings.plan,
            created=_sorted(map(done, sender.created.values())),
            recovered=_sorted(map(done, [*findings.recovered, *recovery.recovered])),
            failed=_sorted([*findings.failed, *recovery.failed]),
            unknown=_sorted([*findings.unknown, *recovery.stuck, *(failure(*pair) for pair in unclear)]),
            not_sent=_sorted([*findings.not_sent, *(failure(*p) for p in sender.not_sent.values())]),
            warnings=tuple(sorted(findings.warnings)),
            conflicts=ledger.conflicts,
            requests=self._tools.api.requests,
            commit=ledger.commit,
            is_pushed=ledger.is_shared and ledger.is_recorded,
            is_interrupted=findings.is_interrupted or self._tools.stop.is_set(),
            record_error=error.message if error else "",
            record_hint=error.hint if error else "",
        )


def _sorted(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(sorted(items, key=lambda item: item.name))
