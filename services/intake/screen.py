"""The nine-question screen of the mandatory report (强制报告制度意见 2020, art 4; domain.md §5)."""

QUESTIONS = 9
# Urgency 1 is danger to life or limb: there an unknown answer counts as yes.
LIVE_DANGER = "1"


def grounds(screen: str, urgency: str) -> tuple[int, ...]:
    """The numbers (1-9) of the situations that call for a report; `screen` is nine of y, n, u."""
    counts = "yu" if urgency == LIVE_DANGER else "y"
    return tuple(number for number, answer in enumerate(screen, start=1) if answer in counts)
