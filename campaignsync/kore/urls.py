"""Where each call of the API goes. Pure.

Sources: the contract, "Create Voice Campaign API - Preview Mode", for version 1; the vendor notes, "Calls
beside create", for the rest.
"""

from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from campaignsync.errors import SettingsError
from campaignsync.versions import Version

_PATHS: dict[Version, str] = {1: "agentassist/api/v1/public", 2: "campaign/api/v2/public"}


class Urls:
    """The calls of one application of one account.

    Args:
        host: Base URL with scheme, such as ``https://platform.kore.ai``.
        app_id: The application's id, ``st-…``.
        account_id: The account's id; version 2 wants it in each query.

    Raises:
        SettingsError: No URL can be made of them.
    """

    def __init__(self, *, host: str, app_id: str, account_id: str) -> None:
        application = quote(app_id, safe="")
        host = host.rstrip("/")
        self._bases = {version: f"{host}/{path}/{application}" for version, path in _PATHS.items()}
        self._accounts = {1: "", 2: f"accountId={quote(account_id, safe='')}"}
        if app_id in {".", ".."} or not all(map(_is_url, self._bases.values())):
            raise SettingsError(
                "no request can be made from KORE_HOST and KORE_APP_ID",
                hint="KORE_HOST is a base URL such as https://platform.kore.ai, "
                "KORE_APP_ID an id such as st-….",
            )

    def create(self, version: Version) -> httpx.URL:
        """Return where a voice campaign is created."""
        return self._url(version, "campaign", "campaignType=voice")

    def campaigns(self, version: Version) -> httpx.URL:
        """Return where the account's campaigns are listed."""
        return self._url(version, "campaign/getAllCampaignDetails")

    def campaign(self, version: Version, camp_id: str) -> httpx.URL:
        """Return where one campaign is read.

        By GET alone: with POST and another prefix, version 1 would start it (the vendor notes, "Calls").
        """
        return self._url(version, f"campaign/{quote(camp_id, safe='')}")

    def contact_lists(self, version: Version) -> httpx.URL:
        """Return where the account's contact lists are listed."""
        return self._url(version, "campaign/contactList/getAllListDetails", "type=call")

    def queues(self, page: int) -> httpx.URL:
        """Return where a page of the account's queues is listed, from 1."""
        return self._url(1, "queues", f"page={page}")

    def _url(self, version: Version, path: str, query: str = "") -> httpx.URL:
        whole = "&".join(filter(None, [self._accounts[version], query]))
        return httpx.URL(f"{self._bases[version]}/{path}{'?' if whole else ''}{whole}")


def refuse_harm(url: httpx.URL) -> None:
    """Raise RuntimeError for a call that starts or stops a campaign, or returns telephone numbers.

    Nothing here makes one. But the vendor's start differs from a read by prefix and query alone, so each URL
    is looked at once more before it is used (the vendor notes, "Calls beside create").
    """
    for key, value in parse_qsl(url.query.decode(), keep_blank_values=True):
        if key.strip().lower() == "trigger" or (key.strip().lower(), value) == ("view", "contacts"):
            raise RuntimeError(f"refused: {url.path} with {key}={value}")
    if url.path.endswith("/status") and "view=status" not in url.query.decode():
        raise RuntimeError(f"refused: {url.path} without view=status")


def _is_url(text: str) -> bool:
    try:
        # httpx lets ports through that are none, and trio connects to them modulo 65,536.
        return bool(httpx.URL(text).host) and urlsplit(text).port != 0
    except (ValueError, httpx.InvalidURL):
        return False
