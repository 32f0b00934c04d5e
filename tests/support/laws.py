"""What holds for every decision, whatever it decides: the laws of refusals, of facts and of damage.

A test of a rule says what is refused or recorded; that the refusal can be understood and the fact read again is said
here once, for all of them. Each core is watched while its tests run (tests/unit/conftest.py).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from string import Formatter
from types import ModuleType
from typing import Any

import msgspec
import pytest

from events.commit import AnyFact
from services.decision import DamagedHistory, Refused
from services.intake import case, contact, corrections
from services.publication import briefing
from services.referral import notice, publication, referral
from services.refusals import SENTENCES

CORES = (contact, corrections, case, referral, notice, publication, briefing)
# They are about who asks; no other value of any field would help.
ABOUT_NO_FIELD = frozenset({"referral.reporter_may_not_verify", "command.unknown_verb"})
# The standing rule's own: whoever sends an urge names no authority.
NOT_SENT = frozenset({("DraftNotice", "authority_basis")})
# Where the fact says more, or less, than the command on purpose: (fact, field).
IN_OTHER_WORDS = frozenset(
    {
        ("FinalReported", "method"),  # left out where the unit wrote itself
        ("ProgressReported", "method"),
        ("NoticeSignedOff", "authority_basis"),  # the command names it, the fact quotes it
        ("ReferralRequested", "unit"),  # one fact a unit, the command names the lead
        ("ReferralRequested", "asks"),  # co-units may be asked for something else
        ("BulletinCorrected", "figure"),  # units are told its value, or that it is withheld
        ("ReferralIssued", "age_band"),  # a co-unit is told no more than it needs
    }
)

_FACTS: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def check_refusal(refused: Refused, command: msgspec.Struct) -> None:
    """A refusal has its sentences, fills their places, and names a field that the sender can mend (style.md, Errors)."""
    assert refused.code in SENTENCES, refused
    places = {place for sentence in SENTENCES[refused.code] for _, place, _, _ in Formatter().parse(sentence) if place}
    assert places - {"code", "field"} <= refused.details.keys(), refused
    assert not {"", "None"} & {*refused.details.values()}, refused
    if refused.field is None:
        assert refused.code in ABOUT_NO_FIELD, refused
    elif (type(command).__name__, refused.field) not in NOT_SENT:
        assert refused.field in command.__struct_fields__, refused


def check_facts(facts: Iterable[Any], command: msgspec.Struct) -> None:
    """A fact can be read again, and says what the command said where both have a word for it (domain.md §4.2)."""
    for fact in facts:
        assert _FACTS.decode(msgspec.json.encode(fact)) == fact, fact
        for name in set(fact.__struct_fields__) & set(command.__struct_fields__):
            said = getattr(command, name)
            # Nothing said: the fact has what the rule gives.
            if said not in (None, ()) and (type(fact).__name__, name) not in IN_OTHER_WORDS:
                assert getattr(fact, name) == said, (name, fact, command)


def _decides(decide: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(decide)
    def watched(command: msgspec.Struct, *args: Any, **more: Any) -> Any:
        outcome = decide(command, *args, **more)
        if isinstance(outcome, Refused):
            check_refusal(outcome, command)
        elif isinstance(outcome, list | tuple):
            check_facts(outcome, command)
        return outcome

    return watched


def _evolves(evolve: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(evolve)
    def watched(state: Any, fact: msgspec.Struct, *more: Any) -> Any:
        try:
            after = evolve(state, fact, *more)
        except DamagedHistory as damage:
            # Whoever is woken by it must see which fact it is.
            if type(fact).__name__ not in str(damage):
                raise AssertionError(f"{damage} does not name the {type(fact).__name__}") from damage
            raise
        # A state holds what its type says: a None where a date has to be is found by the next decision only.
        assert msgspec.json.decode(msgspec.json.encode(after), type=type(after)) == after, after
        return after

    return watched


WATCHED = (("decide", _decides), ("draft", _decides), ("escalate", _decides), ("evolve", _evolves))


@contextmanager
def watched(cores: tuple[ModuleType, ...] = CORES) -> Iterator[None]:
    """While it lasts, a decision or a fold that breaks a law fails the test that asked for it."""
    with pytest.MonkeyPatch.context() as patch:
        for core in cores:
            for name, watching in WATCHED:
                if hasattr(core, name):
                    patch.setattr(core, name, watching(getattr(core, name)))
        yield
