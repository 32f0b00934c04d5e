"""The directory (单位名录): desks, units and principals of the network, and what each role may do."""

from services.directory.directory import Desk, Directory, Principal, Unit, directory
from services.directory.permissions import PERMITTED, allow

__all__ = ["PERMITTED", "Desk", "Directory", "Principal", "Unit", "allow", "directory"]
