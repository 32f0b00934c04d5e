"""The text of the server's configuration. The same text serves one broker and each node of a cluster."""

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from events.subjects import PARTNERS
from services.broker.credentials import OFFICE_API, Credential
from services.broker.permissions import READ_LEDGER, permission
from services.directory import of_units

# Bytes of one message: twice the longest command. Answers are paged to fit (services/projections/queries.py).
MAX_PAYLOAD = 256 * 1024
# What the core account hands to the two others, and nothing else: for each subject, whether it is answered with more
# than one message. A request that comes through an import is answered inside the asker's account, whatever reply
# subject it names; inside one account the broker would publish its answer anywhere (nats.md §5.1; docs/decisions/0008).
EXPORTED: dict[str, tuple[tuple[str, bool], ...]] = {
    "partners": (
        (f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.*", True),
        (f"$JS.API.CONSUMER.RESET.{PARTNERS}.*", False),
        (f"$JS.ACK.{PARTNERS}.*.>", False),
        (f"$JS.ACK.*.*.{PARTNERS}.*.>", False),
        ("cmd.referral.*.>", False),
        *((f"cmd.meeting.*.{verb}", False) for verb in of_units("meeting")),
        ("qry.projections.*.todo", False),
        ("qry.projections.*.cooperations", False),
        ("qry.projections.*.queries", False),
    ),
    "office": (
        ("cmd.intake.*.*", False),
        ("cmd.referral.*.>", False),
        ("cmd.publication.*.*", False),
        ("cmd.meeting.*.*", False),
        ("qry.projections.*.*", False),
        *((subject, True) for subject in READ_LEDGER),
    ),
}


class Node(Struct, frozen=True, kw_only=True):
    """Where one server listens and keeps its files. Ports: -1 takes a free one."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = -1
    monitoring_port: int = -1
    name: str = "lianxi"
    # (own route port, all route urls) of a cluster.
    cluster: tuple[int, tuple[str, ...]] | None = None
    sync: str = "always"


def users(credentials: Sequence[Credential], account: str) -> str:
    """The users of one account as configuration lines."""
    return "\n".join(_user(each) for each in credentials if each.account == account)


def _user(credential: Credential) -> str:
    allowed = permission(credential)
    if allowed is None:
        return f"    {{ nkey: {credential.public_key} }}"
    publish, subscribe = json.dumps(allowed.publish), json.dumps(allowed.subscribe)
    return (
        f"    {{ nkey: {credential.public_key}, permissions: "
        f"{{ publish: {{ allow: {publish} }}, subscribe: {{ allow: {subscribe} }} }} }}"
    )


def units_text(credentials: Sequence[Credential]) -> str:
    """units.conf: rewritten and reloaded when a unit is added or revoked."""
    return f"PARTNER_USERS: [\n{users(credentials, 'partners')}\n]\n"


def _exports() -> str:
    accounts: dict[tuple[str, bool], list[str]] = {}
    for account, handed in EXPORTED.items():
        for each in handed:
            accounts.setdefault(each, []).append(account.upper())
    return "\n".join(
        f'      {{ service: "{subject}", {"response_type: stream, " if many else ""}accounts: [{", ".join(to)}] }}'
        for (subject, many), to in accounts.items()
    )


def _imports(account: str) -> str:
    lines = []
    for name, _ in EXPORTED[account]:
        renamed = account == "office" and name.startswith("$JS.API")
        to = f', to: "{name.replace("$JS.API", OFFICE_API)}"' if renamed else ""
        lines.append(f'      {{ service: {{ account: CORE, subject: "{name}" }}{to} }}')
    return "\n".join(lines)


def server_text(node: Node, credentials: Sequence[Credential]) -> str:
    """nats.conf. `sync_interval: always`: what is acknowledged is on disk (reliability.md finding 1)."""
    cluster = ""
    if node.cluster is not None:
        port, routes = node.cluster
        cluster = f'cluster {{ name: lianxi, listen: "127.0.0.1:{port}", routes: {json.dumps(list(routes))} }}\n'
    return f"""# Written by Lianxi at every start; changes here do not last.
server_name: "{node.name}"
host: "{node.host}"
port: {node.port}
http: "{node.host}:{node.monitoring_port}"
ports_file_dir: "{node.folder / "ports"}"
pid_file: "{node.folder / "nats.pid"}"
log_file: "{node.folder / "nats.log"}"
max_payload: {MAX_PAYLOAD}
include "units.conf"
jetstream {{ store_dir: "{node.folder / "store"}", sync_interval: {node.sync} }}
{cluster}accounts {{
  SYS {{ users: [] }}
  CORE {{
    jetstream: enabled
    users: [
{users(credentials, "core")}
    ]
    exports: [
{_exports()}
    ]
  }}
  PARTNERS {{
    users: $PARTNER_USERS
    imports: [
{_imports("partners")}
    ]
  }}
  OFFICE {{
    users: [
{users(credentials, "office")}
    ]
    imports: [
{_imports("office")}
    ]
  }}
}}
system_account: SYS
"""
