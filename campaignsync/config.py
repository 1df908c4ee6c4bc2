"""What a command is given: its options, the account, the credentials. Pure: the environment is an argument.

Secrets never come from arguments: a process list shows those.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from campaignsync.errors import SettingsError

DEFAULT_HOST = "https://platform.kore.ai"
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_HINT = (
    'README.md, "First real sync", says where each is found; in GitHub Actions they are the workflow\'s env.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How one command goes about it: every option, with its default, resolved once.

    Attributes:
        campaigns: The folder of the definitions, as typed.
        state: The state file, as typed.
        is_sandbox: The account is the stand-in in this process.
        is_committing: Record in git, not in the folder.
        is_pushing: Claim and record on the remote's branch.
        is_local: Nobody else syncs, though the branch has an upstream.
        branch: The branch to push to; None for the remote's default.
        allowed: Digests of the bodies that may be sent (`plan.body_digest`); None for all.
        max_creates: The most creates and claims to be sent again that a plan may hold.
        parallel: Requests in flight.
        rate_limit: Requests a minute; 0 for no limit.
        timeout_s: The deadline of one request, in seconds.
        settle_s: Seconds after an attempt's end in which the vendor may still execute and list it.
        host: The account's base URL; None where the state's own will do.
        app_id: The application's id; None where the state's own will do.
        account_id: The account's id, to name it; None where no account is called.
        run_id: A random id of this run, in GitHub Actions followed by a space and its URL.
        run_url: That URL, or empty.
        actor: Who started it in GitHub Actions, or empty.
    """

    campaigns: str = "campaigns"
    state: str = "state/campaigns.json"
    is_sandbox: bool = False
    is_committing: bool = True
    is_pushing: bool = False
    is_local: bool = False
    branch: str | None = None
    allowed: frozenset[str] | None = None
    max_creates: int = 100
    parallel: int = 4
    rate_limit: int = 60
    timeout_s: float = 30
    settle_s: float = 120
    host: str | None = None
    app_id: str | None = None
    account_id: str | None = None
    run_id: str = ""
    run_url: str = ""
    actor: str = ""


def is_in_actions(env: Mapping[str, str]) -> bool:
    """Return whether this runs in GitHub Actions."""
    return env.get("GITHUB_ACTIONS") == "true"


def run_url(env: Mapping[str, str]) -> str:
    """Return the URL of this run in GitHub Actions, or nothing."""
    server, repository, run = (
        env.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    is_known = is_in_actions(env) and server and repository and run
    return f"{server}/{repository}/actions/runs/{run}" if is_known else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """A token made elsewhere (``KORE_JWT``); it can't be renewed."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A JWT app, whose secret signs tokens.

    Attributes:
        client_id: The app's client id (``KORE_CLIENT_ID``).
        secret: The app's secret (``KORE_CLIENT_SECRET``); in no repr.
    """

    client_id: str
    secret: str = field(repr=False)


Credentials = GivenToken | ClientSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The Kore.ai application that campaigns are created in.

    Attributes:
        host: Base URL with scheme, without a path or a final slash.
        app_id: The application's id, ``st-…``.
        account_id: The account's id.
        credentials: How requests are authorized.
    """

    host: str
    app_id: str
    account_id: str
    credentials: Credentials


def read_account(env: Mapping[str, str]) -> Account:
    """Return the account that the environment names.

    Raises:
        SettingsError: Variables are missing (all are named at once) or unusable.
    """
    needed = ["KORE_APP_ID", "KORE_ACCOUNT_ID"]
    if not env.get("KORE_JWT", "").strip():
        needed += ["KORE_CLIENT_ID", "KORE_CLIENT_SECRET"]
    missing = [name for name in needed if not env.get(name, "").strip()]
    if missing:
        instead = " (or KORE_JWT instead of the last two)" if "KORE_CLIENT_SECRET" in missing else ""
        raise SettingsError(f"not set: {', '.join(missing)}{instead}", hint=_HINT)
    return Account(
        host=read_host(env),
        app_id=_plain(env, "KORE_APP_ID"),
        account_id=_plain(env, "KORE_ACCOUNT_ID"),
        credentials=_credentials(env),
    )


def read_host(env: Mapping[str, str]) -> str:
    """Return the environment's base URL.

    Raises:
        SettingsError: It is no URL, has more than scheme, host and port, or is plain http elsewhere
            than on loopback, where a token would travel in the clear.
    """
    host = env.get("KORE_HOST", "").strip() or DEFAULT_HOST
    problem = _problem_of(host)
    if problem:
        raise SettingsError(f"KORE_HOST {problem}", hint=f"For example KORE_HOST={DEFAULT_HOST}")
    return host.rstrip("/").lower()


def is_loopback(host: str) -> bool:
    """Return whether a base URL leads to this machine only."""
    import ipaddress
    from urllib.parse import urlsplit

    name = urlsplit(host).hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def named_target(env: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the host and the application that the environment names, None for each that it doesn't.

    Raises:
        SettingsError: The host can't be used.
    """
    host = read_host(env) if env.get("KORE_HOST", "").strip() else None
    return host, env.get("KORE_APP_ID", "").strip() or None


def _problem_of(host: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(host)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return "is not a URL"
    if not _ID.fullmatch(host) or parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return "is not a URL with https:// and a host name"
    if (
        parts.username
        or parts.password
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or not has_port
    ):
        return "has more in it than scheme, host and port"
    if parts.scheme.lower() == "http" and not is_loopback(host):
        return "is plain http: the token would be readable on the way; use https"
    return ""


def _credentials(env: Mapping[str, str]) -> Credentials:
    if env.get("KORE_JWT", "").strip():
        return GivenToken(token=_plain(env, "KORE_JWT", limit=8192))
    return ClientSecret(client_id=_plain(env, "KORE_CLIENT_ID"), secret=env["KORE_CLIENT_SECRET"].strip())


def _plain(env: Mapping[str, str], name: str, *, limit: int = 200) -> str:
    """Return a value that can go into a header; the message never shows it, since it may be a secret."""
    value = env[name].strip()
    if len(value) > limit or not re.fullmatch(r"[\x21-\x7e]+", value):
        raise SettingsError(f"{name} has characters that no id or token has, or is too long")
    return value
