"""What a preflight costs at least: the same requests, one after another, by a plain client. Does I/O.

Run as a program, it prints its seconds: `python -m tests.bench.fetching URL PAGES`. Each request has a
connection of its own, as the command's have; each answer is read whole and parsed, and nothing is made of it.
Neither the start of Python nor the import of the client is in the seconds.
"""

import sys
from time import perf_counter

import httpx

from tests.bench.standin import PAGE_ROWS


def main(url: str, pages: int) -> float:
    """Return the seconds that it takes to fetch so many pages of the account's list."""
    path = f"{url}/agentassist/api/v1/public/st-1/campaign/getAllCampaignDetails"
    bodies = [
        {
            "type": "voice",
            "limit": PAGE_ROWS,
            "skip": page * PAGE_ROWS,
            "page": page + 1,
            "sortBy": {"createdAt": "desc"},
        }
        for page in range(pages)
    ]
    with httpx.Client(trust_env=False, headers={"Connection": "close"}) as client:
        started = perf_counter()
        for body in bodies:
            client.post(path, json=body).raise_for_status().json()
        return perf_counter() - started


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1], int(sys.argv[2]))}\n")
