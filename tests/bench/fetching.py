"""What a preflight costs at least: the same requests, one after another, by a bare client. Does I/O.

Run as a program: `python -m tests.bench.fetching URL PAGES`. Each request has a connection of its own, as the
command's have; each answer is read whole and parsed, and nothing is made of it. The process is measured as a
whole, as the command is: with the start of Python and the import of the client.
"""

import sys

import httpx

from tests.bench.standin import PAGE_ROWS


def main(url: str, pages: int) -> None:
    """Fetch so many pages of the account's list."""
    path = f"{url}/agentassist/api/v1/public/st-1/campaign/getAllCampaignDetails"
    with httpx.Client(trust_env=False, headers={"Connection": "close"}) as client:
        for page in range(pages):
            body = {
                "type": "voice",
                "limit": PAGE_ROWS,
                "skip": page * PAGE_ROWS,
                "page": page + 1,
                "sortBy": {"createdAt": "desc"},
            }
            client.post(path, json=body).raise_for_status().json()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
