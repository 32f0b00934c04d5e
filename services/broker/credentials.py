"""Credentials: one nkey and one secret inbox a principal, in a file that only the operator can read."""

import os
import secrets
from pathlib import Path

import msgspec
import nkeys  # type: ignore[import-untyped]
from msgspec import Struct

from events.subjects import token
from services.directory import Account, account, directory

# Inside `$JS.API` the broker answers for the asker's own account alone; under another name it answers for ours.
OFFICE_API = "office.API"


class UnknownPrincipal(Exception):
    """The data folder holds no credential of that name."""


class Credential(Struct, frozen=True, kw_only=True):
    """What a principal connects with. `inbox` is secret too: who knows it could aim answers at it (nats.md §5.2)."""

    principal: str
    role: str
    unit: str | None
    desk: str | None
    seed: str
    inbox: str

    @property
    def account(self) -> Account:
        return account(self.role)

    @property
    def api(self) -> str:
        """The name under which this account knows the broker's stream API."""
        return "$JS.API" if self.account == "core" else OFFICE_API

    @property
    def public_key(self) -> str:
        return str(nkeys.from_seed(self.seed.encode()).public_key, "ascii")

    def __repr__(self) -> str:
        return f"Credential({self.principal})"


def _path(data: Path, principal: str) -> Path:
    return data / "credentials" / f"{principal}.json"


def make_credentials(data: Path) -> list[Credential]:
    """The credentials of everyone in the directory; those that are missing are made."""
    folder = data / "credentials"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    found = []
    for principal in directory().principals:
        path = _path(data, principal.name)
        if not path.exists():
            made = Credential(
                principal=principal.name,
                role=principal.role,
                unit=principal.unit,
                desk=principal.desk,
                seed=nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode(),
                inbox=f"_INBOX.{secrets.token_hex(16)}",
            )
            # Whole or not at all: half a credential after a power cut would keep the broker from starting.
            unfinished = path.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(made)))
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        found.append(load_credential(data, principal.name))
    return found


def load_credential(data: Path, principal: str) -> Credential:
    """Read one credential file. Raises UnknownPrincipal when there is none, or it cannot be read."""
    try:
        # A token: a name with a slash in it would read another folder's file.
        return msgspec.json.decode(_path(data, token(principal)).read_bytes(), type=Credential)
    except (OSError, ValueError) as error:
        raise UnknownPrincipal(principal) from error
