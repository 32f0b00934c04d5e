"""The directory (单位名录): desks, units and principals of the network, and what each role may do."""

from services.directory.directory import Account, Desk, Directory, Principal, Unit, account, directory
from services.directory.permissions import PERMITTED, allow, of_units

__all__ = [
    "PERMITTED",
    "Account",
    "Desk",
    "Directory",
    "Principal",
    "Unit",
    "account",
    "allow",
    "directory",
    "of_units",
]
