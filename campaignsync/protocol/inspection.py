"""What became of the campaigns that a run made: their status, soon after ("Sync" 7)."""

from collections.abc import Mapping

from campaignsync.outcome import OverLimit, Page, PageFailed, Unauthorized
from campaignsync.protocol.listing import OVER_LIMIT
from campaignsync.protocol.tools import StopRequestedError, Tools, backoff_s
from campaignsync.versions import Version

_MOST_PAGES = 100
"""Pages of the newest campaigns that are looked through, at most."""


async def statuses_of(tools: Tools, made: Mapping[str, Version]) -> tuple[dict[str, str], str]:
    """Look for campaigns in the account's list, newest first, until each was seen.

    The campaigns exist and are known by their ids: whatever goes wrong here is told, and no more.

    Args:
        tools: The run's ports and options.
        made: Which campaigns, by id, and by which version each was made: that version's list shows it.

    Returns:
        Their statuses by id, as the vendor writes them, of those that were seen and have one; and why the
        others were not looked at, empty where the list was read.
    """
    found, reason = dict[str, str](), ""
    for version in sorted(set(made.values())):
        wanted = {camp_id for camp_id, own in made.items() if own == version}
        try:
            reason = await _look(tools, wanted, version, found) or reason
        except StopRequestedError:
            return found, "the run was interrupted"
    return found, reason


async def _look(tools: Tools, wanted: set[str], version: Version, found: dict[str, str]) -> str:
    skip, limited = 0, 0
    for _ in range(_MOST_PAGES):
        tools.check_stop()
        match await tools.api.page(skip, version=version):
            case Page(campaigns=campaigns, has_more=has_more):
                seen = [one for one in campaigns if one.camp_id in wanted]
                found.update({one.camp_id: one.status for one in seen if one.status})
                wanted -= {one.camp_id for one in seen}
                skip += len(campaigns)
                if not wanted or not has_more or not campaigns:
                    return ""
            case OverLimit(retry_after_s=asked_s):
                limited += 1
                if limited > 1:
                    return "the account is over its rate limit"
                await tools.pause(backoff_s(1, asked_s), OVER_LIMIT)
            case PageFailed(reason=reason) | Unauthorized(reason=reason):
                return reason
    return f"they are not among the newest {skip} campaigns"
