"""The bus as one AsyncAPI 3.0 document: commands and queries with their replies, and what partners receive.

Written from the services' side, as AsyncAPI asks: they *receive* commands and queries, and *send* events.
"""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args

from msgspec import Struct

from events import contract
from events.bulletin import BulletinFact
from events.cooperation import CooperationFact
from events.notice import NoticeFact
from events.referral import ReferralFact
from events.resolution import ResolutionFact
from events.subjects import EVERY_UNIT
from services.bus.request import REPEATED_HEADER, TIME_HEADER

Commands = Mapping[str, Mapping[str, type[Struct]]]
Json = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_POSITION = {"type": "integer", "minimum": 0, "description": "position in the ledger"}
_PARAMETERS: Json = {
    "principal": {"description": "who sends it; the broker lets a credential use its own name alone"},
    "name": {"description": "which read model or question; `lianxi queries` lists them"},
    "unit": {"description": "the unit whose feed it is; its credential reads no other"},
    "referral": {"description": "the referral's id"},
    "notice": {"description": "the notice's id"},
    "bulletin": {"description": "the bulletin's id, which is that of its briefing"},
    "resolution": {"description": "the resolution's id"},
    "cooperation": {"description": "the id of what a co-unit hears of a resolution that another unit leads"},
}


def document(commands: Commands | None = None) -> Json:
    """The whole document. `commands`: service -> verb -> Struct; by default those of every service."""
    schemas: Json = {
        "Accepted": _accepted(),
        "Refused": _refused(),
        "CommandReply": {"oneOf": [_to("Accepted"), _to("Refused")]},
        "Query": _query(),
        "Rows": _rows(),
        "QueryReply": {"oneOf": [_to("Rows"), _to("Refused")]},
    }
    parts = _Parts(schemas)
    for service, verbs in (commands or _known_commands()).items():
        for verb, struct in verbs.items():
            parts.command(service, verb, struct)
    parts.queries()
    parts.feed("referral", get_args(ReferralFact))
    parts.feed("notice", get_args(NoticeFact))
    parts.feed("bulletin", get_args(BulletinFact), EVERY_UNIT)
    parts.feed("resolution", get_args(ResolutionFact))
    parts.feed("cooperation", get_args(CooperationFact))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lianxi (联席)",
            "version": _version(),
            "description": (
                "Commands and queries are NATS requests; a reply is always sent. Partner events come from stream "
                "PARTNERS by a durable pull consumer named like the unit; what is new in a later release is to be "
                "passed over: unknown fields, and facts of an unknown `type`."
            ),
        },
        "defaultContentType": "application/json",
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {"messages": parts.messages, "schemas": parts.schemas, "parameters": _PARAMETERS},
    }


class _Parts:
    """The document as it grows: each call adds one exchange with its channel, messages and schemas."""

    def __init__(self, schemas: Json) -> None:
        self.schemas = schemas
        self.channels: Json = {}
        self.operations: Json = {}
        self.messages: Json = {}
        repeated = {"type": "string", "const": "1", "description": "on record before; the answer equals the first"}
        self._replies("CommandReply", {REPEATED_HEADER: repeated})
        self._replies("QueryReply", {})

    def command(self, service: str, verb: str, struct: type[Struct]) -> None:
        name = f"{service}.{verb}"
        self._schema(name, contract.of(struct))
        time = {"type": "string", "format": "date-time", "description": "only in a ledger under a simulated clock"}
        self._exchange(name, f"cmd.{service}.{{principal}}.{verb}", name, "CommandReply", {TIME_HEADER: time})
        self.operations[name]["summary"] = _first_sentence(struct, verb)

    def queries(self) -> None:
        self._exchange("queries", "qry.projections.{principal}.{name}", "Query", "QueryReply", {})
        self.operations["queries"]["summary"] = "Ask a read model."

    def feed(self, kind: str, facts: tuple[type[Struct], ...], unit: str = "{unit}") -> None:
        """Commits of one kind of aggregate, as their unit receives them, or every unit."""
        tags = sorted(str(fact.__struct_config__.tag) for fact in facts)
        current = contract.current()
        for tag in tags:
            self._schema(tag, _open(current[tag]))
        commit = _open(current[contract.COMMIT])
        commit["properties"]["facts"]["items"] = {"anyOf": [*(_to(tag) for tag in tags), _later_fact(tags)]}
        message, whose = f"partner.{kind}", "every unit" if unit == EVERY_UNIT else "the unit"
        self._schema(message, commit)
        self._message(message, message, {})
        self.channels[message] = _channel(f"partner.{unit}.{kind}.{{{kind}}}", message)
        self.operations[message] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{message}"},
            "summary": f"Everything that happens to a {kind} of {whose}, in order, from the beginning.",
            "messages": [{"$ref": f"#/channels/{message}/messages/{message}"}],
        }

    def _exchange(self, name: str, address: str, schema: str, reply: str, headers: Json) -> None:
        self._message(name, schema, headers)
        self.channels[name] = _channel(address, name)
        self.operations[name] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{name}"},
            "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
            "reply": {
                "channel": {"$ref": f"#/channels/{reply}"},
                "messages": [{"$ref": f"#/channels/{reply}/messages/{reply}"}],
            },
        }

    def _replies(self, name: str, headers: Json) -> None:
        self._message(name, name, headers)
        # No fixed address: a reply goes to the inbox that the request names.
        self.channels[name] = _channel(None, name)

    def _message(self, name: str, schema: str, headers: Json) -> None:
        message: Json = {"name": name, "contentType": "application/json", "payload": _to(schema)}
        if headers:
            message["headers"] = {"type": "object", "properties": headers}
        self.messages[name] = message

    def _schema(self, name: str, schema: Json) -> None:
        """Put a schema among the components, and the parts it is made of beside it."""
        parts = schema.pop("$defs", {})
        schema.pop("$schema", None)
        for each, part in [*parts.items(), (name, schema)]:
            written = _repoint(part)
            if self.schemas.setdefault(each, written) != written:
                raise ValueError(f"two schemas are called {each}")


def _channel(address: str | None, message: str) -> Json:
    channel: Json = {"address": address, "messages": {message: {"$ref": f"#/components/messages/{message}"}}}
    names = [name for name in _PARAMETERS if address and f"{{{name}}}" in address]
    if names:
        channel["parameters"] = {name: {"$ref": f"#/components/parameters/{name}"} for name in names}
    return channel


def _to(name: str) -> Json:
    return {"$ref": _SCHEMAS + name}


def _repoint(node: Any) -> Any:
    """The same schema, with what it refers to among the components."""
    if isinstance(node, dict):
        return {
            name: part.replace("#/$defs/", _SCHEMAS) if name == "$ref" else _repoint(part)
            for name, part in node.items()
        }
    return [_repoint(part) for part in node] if isinstance(node, list) else node


def _open(node: Any) -> Any:
    """The same schema, open to fields of a later release: what a partner validates may grow."""
    if isinstance(node, dict):
        return {
            name: _open(part) for name, part in node.items() if not (name == "additionalProperties" and part is False)
        }
    return [_open(part) for part in node] if isinstance(node, list) else node


def _later_fact(known: list[str]) -> Json:
    return {
        "type": "object",
        "description": "a kind of fact that came in later",
        "properties": {"type": {"type": "string", "not": {"enum": known}}},
        "required": ["type"],
    }


def _object(properties: Json, *optional: str) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _accepted() -> Json:
    accepted = _object({"id": {"type": "string"}, "commit": {"type": "string"}, "n": {"type": "integer", "minimum": 1}})
    accepted["description"] = "the aggregate, the commit on record, and its number in the aggregate"
    return _object({"accepted": accepted, "seq": _POSITION, "data": {"type": "object"}}, "data")


def _refused() -> Json:
    text = {"type": "string"}
    field = {"type": ["string", "null"], "description": "the field to mend, when it is one"}
    return _object({"refused": _object({"code": text, "zh": text, "en": text, "field": field})})


def _query() -> Json:
    at = {"type": ["integer", "null"], "minimum": 0}
    return _object(
        {
            "params": {"type": "object"},
            "min_seq": at | {"description": "answer only when this position is read"},
            "as_of": at | {"description": "answer as it stood at this position"},
        },
        *("params", "min_seq", "as_of"),
    )


def _rows() -> Json:
    text = {"type": "string"}
    position = _object({"seq": _POSITION, "hash": text, "recorded": {"type": ["string", "null"]}, "code": text})
    columns = {"type": "array", "items": text}
    return _object({"columns": columns, "rows": {"type": "array", "items": {"type": "array"}}, "position": position})


def _first_sentence(struct: type[Struct], verb: str) -> str:
    return (struct.__doc__ or verb).strip().split("\n")[0]


def _known_commands() -> Commands:
    from services.intake.commands import COMMANDS as INTAKE
    from services.meeting.commands import COMMANDS as MEETING
    from services.publication.commands import COMMANDS as PUBLICATION
    from services.referral.commands import COMMANDS as REFERRAL

    return {"intake": INTAKE, "referral": REFERRAL, "meeting": MEETING, "publication": PUBLICATION}


def _version() -> str:
    try:
        return version("lianxi")
    except PackageNotFoundError:
        return "0"
