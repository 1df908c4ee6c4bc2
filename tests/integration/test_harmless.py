"""No request of the program starts a campaign, stops one, or asks for telephone numbers."""

import httpx
import pytest

from campaignsync.kore.urls import Urls, refuse_harm
from campaignsync.versions import Version

BASE = "https://kore.example/campaign/api/v1/public/st-1/campaign/cd-1"


@pytest.mark.parametrize(
    "query",
    [
        "campaignType=voice&trigger=play",
        "trigger=stop",
        "trigger=",
        "Trigger=play",
        "%74rigger=play",
        "a=b&view=contacts",
        "view=%63ontacts",
    ],
)
def test_what_would_do_harm_is_refused(query: str) -> None:
    with pytest.raises(RuntimeError, match="refused"):
        refuse_harm(httpx.URL(f"{BASE}?{query}"))


def test_a_status_without_a_view_is_refused() -> None:
    with pytest.raises(RuntimeError, match="without view=status"):
        refuse_harm(httpx.URL(f"{BASE}/status?accountId=a"))
    refuse_harm(httpx.URL(f"{BASE}/status?view=status"))


@pytest.mark.parametrize("account", ["acc-1", "a&trigger=play", "view=contacts", "#?trigger=play"])
@pytest.mark.parametrize("version", [1, 2])
def test_all_calls_pass_whatever_the_settings_hold(account: str, version: Version) -> None:
    urls = Urls(host="https://kore.example", app_id="st-1?trigger=play", account_id=account)
    for url in (
        urls.create(version),
        urls.campaigns(version),
        urls.contact_lists(version),
        urls.campaign(version, "cd-1?trigger=play&view=contacts"),
    ):
        refuse_harm(url)
        assert "trigger" not in dict(url.params)
