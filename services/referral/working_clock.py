"""The clock of every core, under the name that this service gives it; clock.py says what its deciders need of it."""

from services.working_clock import WorkingClock

__all__ = ["WorkingClock"]
