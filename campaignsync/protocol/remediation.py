"""What a person is told to do where the program must not decide. Pure."""

from collections.abc import Sequence

from campaignsync.claims import Doubtful
from campaignsync.config import RunOptions
from campaignsync.errors import GitError, RecordError
from campaignsync.findings import Finding, renamed
from campaignsync.identity import Definition
from campaignsync.plan import Plan, Rename
from campaignsync.state import Claim
from campaignsync.text import printable, shell_word

_DEFAULT_STATE = RunOptions().state
TAKEN_OVER = "another run or a person took over its claim"
NOT_IN_PLAN = "is not in the plan that was given with --plan, so nobody may have looked at it: plan again"
LEFT_FOR_NEXT = "it does not exist now, and the next sync sends it again"
_LET_PUSH = "See to it that git push works here (with a protected branch: a bypass for this account)"
_CLEAR_WAY = "Remove what is named above (a lock file only while no git command is running)"


def sent_too_often(claim: Claim, options: RunOptions) -> str:
    """Say that a campaign was sent as often as is allowed, perhaps, and never appeared."""
    return (
        f"sent up to {claim.sends} times and not in the account; when you are sure that it will not appear, "
        f"`{forget(claim.name, options)}` lets the next sync send it again"
    )


def doubtful(claim: Claim, verdict: Doubtful, options: RunOptions) -> str:
    """Say which campaigns may be the claim's, and how a person decides."""
    parts = []
    if verdict.named:
        what = "a campaign of this name exists, and somebody else may have made it"
        several = f"{len(verdict.named)} campaigns of this name exist"
        commands = " or ".join(f"`{adopt(claim.source, camp_id, options)}`" for camp_id in verdict.named)
        parts.append(
            f"{several if verdict.named[1:] else what} ({_listed(verdict.named)}): {commands} records it"
        )
    if verdict.renamed:
        parts.append(
            f"a campaign of another name may be this one, renamed ({_listed(verdict.renamed)}): "
            "give it this name again in Kore.ai, and the next sync records it"
        )
    return f"{'; '.join(parts)}; `{forget(claim.name, options)}` releases the claim"


def _listed(camp_ids: Sequence[str]) -> str:
    return ", ".join(printable(camp_id) for camp_id in camp_ids)


def exists_already(definition: Definition, camp_ids: Sequence[str], options: RunOptions) -> str:
    """Say that somebody else's campaign has the name of a new definition."""
    ids = _listed(camp_ids)
    commands = " or ".join(f"`{adopt(definition.source, camp_id, options)}`" for camp_id in camp_ids)
    return f"a campaign of this name exists already ({ids}): {commands} records it, or choose another name"


def held_back(rename: Rename, options: RunOptions) -> str:
    """Say that a new definition is most likely a campaign that exists, or may, under another name."""
    return renamed.words(rename, forget=forget(rename.old.name, options))


def renames(plan: Plan, options: RunOptions) -> tuple[Finding, ...]:
    """Return the findings of what a plan holds back, with commands that lead to this run's state."""
    return tuple(renamed.find(plan, forget=lambda name: forget(name, options)))


def twin(name: str, camp_ids: Sequence[str]) -> str:
    """Say that a recorded name exists twice in the account."""
    ids = " and ".join(printable(camp_id) for camp_id in camp_ids)
    return f"{printable(name)}: exists more than once in the account: {ids}; stop the one that is not wanted"


def owner_may_be_alive(claim: Claim, seconds: float) -> str:
    """Say that a claim belongs to a run that may still be sending."""
    return f"claimed by run {printable(claim.claimed_by)}, which may still be sending for {seconds:.0f} s"


def held_on_remote(claim: Claim) -> str:
    """Say that a claim that the remote holds can't be judged without it."""
    return (
        f"claimed on the remote by run {printable(claim.claimed_by)}; `campaignsync sync --push` resolves it"
    )


def adopt(source: str, camp_id: str, options: RunOptions) -> str:
    """Return the command that records an existing campaign where this run records."""
    return f"campaignsync adopt {shell_word(source)} --camp-id {shell_word(camp_id)}{_place(options)}"


def forget(name: str, options: RunOptions) -> str:
    """Return the command that drops an entry where this run records."""
    word = shell_word(name)
    return f"campaignsync forget{_place(options)} {'-- ' if name.startswith('-') else ''}{word}"


def _place(options: RunOptions) -> str:
    """Return the options that lead another command to the same state."""
    given = (
        (" --push", options.is_pushing),
        (" --local", options.is_local),
        (" --no-commit", not options.is_committing),
        (f" --state {shell_word(options.state)}", options.state != _DEFAULT_STATE),
    )
    return "".join(text for text, is_given in given if is_given)


def push_refused(reason: str, *, is_shared: bool) -> RecordError:
    """Say that the branch, on the remote if it is shared, can't be moved, and what keeps what was created."""
    way_out = _LET_PUSH if is_shared else _CLEAR_WAY
    return RecordError(
        f"what was created could not be recorded: {reason.rstrip('.')}. The journal of this clone keeps it.",
        hint=f"{way_out}, then run the command again in this clone: it records what is left.",
    )


def lost_races(count: int) -> RecordError:
    """Say that others pushed each time."""
    return RecordError(
        f"other pushes came first {count} times in a row. The journal of this clone keeps what was created.",
        hint="Run the command again in this clone: it records what is left.",
    )


def claim_refused(reason: str) -> GitError:
    """Say that the remote does not take the push of claims."""
    return GitError(
        f"the push was refused: {reason.rstrip('.')}. Nothing was sent.",
        hint=f"{_LET_PUSH}, then run the command again.",
    )


def uncommitted(sources: Sequence[str]) -> GitError:
    """Say that the folder would create something else than the commit."""
    shown = ", ".join(printable(source) for source in sources)
    return GitError(
        f"these definitions have uncommitted changes: {shown}",
        hint="Commit or undo them: git history must show what was created. (--no-commit syncs the folder.)",
    )
