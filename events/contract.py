"""The contract with whoever reads our bytes: a JSON Schema a fact and one of the commit, and what breaks it.

Stored bytes are never rewritten and partners read them as they were committed, so a change must hold both ways: today's
code reads every byte ever stored, and a tolerant client (events/partner.py) made for yesterday's schema reads what we
write today. A code that came in or a bound that was widened is no break: a reader takes codes as they come.
"""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct

from events.commit import AnyFact, Commit

Schema = dict[str, Any]

COMMIT = "commit"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Said to people, never checked by a validator.
_ANNOTATIONS = frozenset({"$schema", "$id", "$comment", "title", "description", "examples", "$defs"})
# Growing one of these refuses what was accepted; shrinking one of the others does.
_LOWER_BOUNDS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER_BOUNDS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_EXACT = ("type", "pattern", "format", "multipleOf", "uniqueItems", "contentEncoding")


class BreakingChange(Exception):
    """The code no longer keeps a written contract. `changes` says where, one sentence a change."""

    def __init__(self, changes: list[str]) -> None:
        super().__init__("; ".join(changes))
        self.changes = changes


def fact_types() -> dict[str, type[Struct]]:
    """Every recorded fact by its tag: `ReferralIssued.v1` -> its Struct."""
    members = sorted(get_args(AnyFact), key=lambda each: str(each.__struct_config__.tag))
    return {str(each.__struct_config__.tag): each for each in members}


def current() -> dict[str, Schema]:
    """The schemas of the code as it stands: name (a tag, or `commit`) -> JSON Schema."""
    schemas = {tag: of(struct) for tag, struct in fact_types().items()}
    commit = of(Commit)
    # One place for each fact: its own file. A schema in a folder finds its neighbours by file name.
    commit["properties"]["facts"]["items"] = {"oneOf": [{"$ref": f"{tag}.json"} for tag in schemas]}
    commit["$defs"] = {name: schema for name, schema in commit["$defs"].items() if name in ("Actor", "Sealed")}
    return schemas | {COMMIT: commit}


def of(struct: type[Struct]) -> Schema:
    """The schema of one Struct, itself at the root and what it is made of under `$defs`."""
    # Through JSON once: a default that is a tuple in the code is a list in the contract.
    schema = json.loads(json.dumps(msgspec.json.schema(struct)))
    parts = schema["$defs"]
    root: Schema = {"$schema": DIALECT, **parts.pop(schema["$ref"].rsplit("/", 1)[-1])}
    if parts:
        root["$defs"] = parts
    _rewrite_patterns(root)
    return root


def _rewrite_patterns(node: Any) -> None:
    """JSON Schema speaks ECMA 262, where `^…$` means what `\\A…\\Z` means in Python."""
    if isinstance(node, dict):
        pattern = node.get("pattern")
        if isinstance(pattern, str) and pattern.startswith(r"\A") and pattern.endswith(r"\Z"):
            node["pattern"] = f"^{pattern[2:-2]}$"
        for part in node.values():
            _rewrite_patterns(part)
    elif isinstance(node, list):
        for part in node:
            _rewrite_patterns(part)


def text(schema: Schema) -> str:
    """The one way a schema is written: the same code gives the same bytes on every machine."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def read(folder: Path) -> dict[str, Schema]:
    """The schemas that were written to `folder`."""
    return {path.name.removesuffix(".json"): json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


def write(folder: Path, break_it: bool = False) -> None:
    """Write the current schemas. Raises BreakingChange, and writes nothing, when they break what stands there.

    `break_it` is for a contract that nobody holds yet: a released one is kept, and a new version gets a new tag.
    """
    schemas = current()
    changes = breaking(read(folder), schemas)
    if changes and not break_it:
        raise BreakingChange(changes)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.json"):
        if stale.name.removesuffix(".json") not in schemas:
            stale.unlink()
    for name, schema in schemas.items():
        (folder / f"{name}.json").write_text(text(schema), "utf-8", newline="\n")


def breaking(old: dict[str, Schema], new: dict[str, Schema]) -> list[str]:
    """What would break a reader or a stored byte, one sentence each. Empty: the change is safe."""
    found: list[str] = []
    for name, schema in sorted(old.items()):
        if name in new:
            found += _node(name, schema, new[name], schema, new[name])
        else:
            found.append(f"{name}: type removed")
    return found


def _node(at: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> list[str]:
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    if old.keys() & {"anyOf", "oneOf"} or new.keys() & {"anyOf", "oneOf"}:
        return _union(at, old, new, old_root, new_root)
    found = [
        f"{at}: {name} changed from {old.get(name)!r} to {new.get(name)!r}"
        for name in _EXACT
        if _differs(name, old, new)
    ]
    found += _values(at, old, new) + _bounds(at, old, new) + _fields(at, old, new, old_root, new_root)
    if "items" in old and isinstance(new.get("items"), dict) and isinstance(old["items"], dict):
        found += _node(f"{at}[]", old["items"], new["items"], old_root, new_root)
    return found + _not_understood(at, old, new)


def _resolve(node: Schema, root: Schema) -> Schema:
    """Follow a reference inside the document; one to a neighbour stays, for its own file is compared by itself."""
    reference = node.get("$ref", "")
    if not reference.startswith("#/$defs/"):
        return node
    resolved: Schema = root["$defs"][reference.removeprefix("#/$defs/")]
    return resolved


def _differs(name: str, old: Schema, new: Schema) -> bool:
    # A restriction that was lifted refuses nothing; a type that was lifted says nothing any more.
    return old.get(name) != new.get(name) and (name in new or name == "type")


def _values(at: str, old: Schema, new: Schema) -> list[str]:
    """Lost enum members and changed constants. A value that came in is met by readers as they meet a new code."""
    before, after = _members(old), _members(new)
    if after is None:
        return []
    if before is None:
        return [f"{at}: restricted to {sorted(after)}"]
    return [f"{at}: value {value} removed" for value in sorted(before - after)]


def _members(node: Schema) -> set[str] | None:
    if "const" in node:
        return {json.dumps(node["const"])}
    return {json.dumps(value) for value in node["enum"]} if "enum" in node else None


def _bounds(at: str, old: Schema, new: Schema) -> list[str]:
    found = []
    for name in sorted((_LOWER_BOUNDS | _UPPER_BOUNDS) & new.keys()):
        before, after = old.get(name), new[name]
        if before is None or (after > before if name in _LOWER_BOUNDS else after < before):
            found.append(f"{at}: {name} tightened from {before} to {after}")
    return found


def _fields(at: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    found = [f"{at}.{name}: field removed" for name in sorted(before.keys() - after.keys())]
    for name in sorted(before.keys() & after.keys()):
        found += _node(f"{at}.{name}", before[name], after[name], old_root, new_root)
    was, now = set(old.get("required", ())), set(new.get("required", ()))
    found += [f"{at}.{name}: newly required; stored facts lack it" for name in sorted(now - was)]
    found += [f"{at}.{name}: no longer always there" for name in sorted((was - now) & after.keys())]
    opened, closed = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if isinstance(opened, dict) and isinstance(closed, dict):
        found += _node(f"{at}.*", opened, closed, old_root, new_root)
    elif opened != closed and opened is not False:
        found.append(f"{at}: other fields are no longer allowed")
    return found


def _union(at: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> list[str]:
    """Each alternative must live on. Null and other plain types may not come in: a reader would not expect them."""
    before, after = _alternatives(old, old_root), _alternatives(new, new_root)
    found = [f"{at}: alternative {name} removed" for name in sorted(before.keys() - after.keys())]
    found += [f"{at}: may now be {name}" for name in sorted(after.keys() - before.keys()) if not name.endswith(".json")]
    for name in sorted(before.keys() & after.keys()):
        found += _node(at, before[name], after[name], old_root, new_root)
    beside = (old.keys() & new.keys()) - _ANNOTATIONS - {"anyOf", "oneOf", "default"}
    found += [f"{at}: {name} changed" for name in sorted(beside) if old[name] != new[name]]
    return found + _default(at, old, new)


def _alternatives(node: Schema, root: Schema) -> dict[str, Schema]:
    """A union's members by what tells them apart: a neighbour's file name, a tag, or the plain type."""
    listed: list[Schema] = node.get("anyOf") or node.get("oneOf") or [node]
    alternatives = {}
    for each in listed:
        resolved = _resolve(each, root)
        tag = resolved.get("properties", {}).get("type", {}).get("enum", [None])[0]
        alternatives[str(each.get("$ref") if "$ref" in resolved else tag or resolved.get("type"))] = resolved
    return alternatives


def _default(at: str, old: Schema, new: Schema) -> list[str]:
    """What an absent field means; only a field that was there before can change its meaning."""
    if old.get("default", ...) == new.get("default", ...):
        return []
    return [f"{at}: an absent field meant {old.get('default')!r} and now means {new.get('default')!r}"]


def _not_understood(at: str, old: Schema, new: Schema) -> list[str]:
    """A keyword that no rule above covers may not change: silence would be a promise that was never checked."""
    covered = {*_ANNOTATIONS, *_LOWER_BOUNDS, *_UPPER_BOUNDS, *_EXACT, "enum", "const", "properties", "required"}
    covered |= {"additionalProperties", "items", "default"}
    rest = sorted((old.keys() | new.keys()) - covered)
    found = [f"{at}: {name} changed" for name in rest if old.get(name) != new.get(name)]
    if "items" in new and "items" not in old:
        found.append(f"{at}: items restricted")
    return found + _default(at, old, new)
