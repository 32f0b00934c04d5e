"""The text of the server's configuration. The same text serves one broker and each node of a cluster."""

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from events.subjects import PARTNERS
from services.broker.credentials import Credential
from services.broker.permissions import permission

# The three things the core account exports to the partners' account, and nothing else (architecture.md §3).
_EXPORTED = (
    (f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.*", "response_type: stream, "),
    (f"$JS.API.CONSUMER.RESET.{PARTNERS}.*", ""),
    (f"$JS.ACK.{PARTNERS}.*.>", ""),
    (f"$JS.ACK.*.*.{PARTNERS}.*.>", ""),
    ("cmd.referral.*.>", ""),
)


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


def server_text(node: Node, credentials: Sequence[Credential]) -> str:
    """nats.conf. `sync_interval: always`: what is acknowledged is on disk (reliability.md finding 1)."""
    exports = "\n".join(f'      {{ service: "{name}", {kind}accounts: [PARTNERS] }}' for name, kind in _EXPORTED)
    imports = "\n".join(f'      {{ service: {{ account: CORE, subject: "{name}" }} }}' for name, _ in _EXPORTED)
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
max_payload: 256KB
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
{exports}
    ]
  }}
  PARTNERS {{
    users: $PARTNER_USERS
    imports: [
{imports}
    ]
  }}
}}
system_account: SYS
"""
