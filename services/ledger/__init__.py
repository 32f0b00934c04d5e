"""The ledger: append, load, read in order, verify. The only code that writes to it."""

from services.ledger.direct import Access, Raw, batch
from services.ledger.history import Append, DamagedLedger, Head, History, LedgerUnavailable, Overtaken, Stored
from services.ledger.ledger import Ledger
from services.ledger.verification import VerificationProblem, VerificationReport, verify

__all__ = [
    "Access",
    "Append",
    "DamagedLedger",
    "Head",
    "History",
    "Ledger",
    "LedgerUnavailable",
    "Overtaken",
    "Raw",
    "Stored",
    "VerificationProblem",
    "VerificationReport",
    "batch",
    "verify",
]
