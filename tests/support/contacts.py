"""The command that registers a contact, as JSON that anybody could send."""

from typing import Any

CONTACT: dict[str, Any] = {
    "desk": "city",
    "channel": "01",
    "started": "2026-01-12T09:30:00+08:00",
    "caller_role": "parent",
    "contact_type": "help",
    "category": "05",
    "region": "231003",
    "age_band": "6-13",
    "sex": "f",
    "urgency": "3",
    "screen": "nnnnnnnnn",
    "disposition": "A1",
    "narrative": "孩子不愿上学。",
    "opinion": "电话解答。",
    "result": "已答复。",
}


def contact(number: str, **changes: Any) -> dict[str, Any]:
    """RegisterContact of this number; its command id follows from the number unless another is given."""
    return CONTACT | {"command_id": f"register:{number}", "number": number} | changes
