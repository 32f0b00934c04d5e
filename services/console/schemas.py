"""`schema`: the contract for whoever writes a client."""

from pathlib import Path

import click

from events import contract
from services.asyncapi import document
from services.console.output import REFUSED, as_json, say
from services.console.session import Session, pass_session


@click.command()
@click.option("--asyncapi", is_flag=True, help="AsyncAPI 3 文档。 The AsyncAPI 3 document instead.")
@click.option(
    "--write", type=click.Path(path_type=Path, file_okay=False), help="写入目录。 Write the schema files there."
)
@pass_session
def schema(session: Session, asyncapi: bool, write: Path | None) -> None:
    """打印事件与命令的 JSON Schema，或 AsyncAPI 文档。 The schemas of facts, or the AsyncAPI document of the bus."""
    if asyncapi:
        as_json(document())
    elif write is not None:
        try:
            contract.write(write)
        except contract.BreakingChange as broken:
            session.fail(
                REFUSED,
                "schema.breaking_change",
                f"与已发布的格式不兼容：{'；'.join(broken.changes)}",
                f"This would break what is published: {'; '.join(broken.changes)}",
            )
        say(session.lang, f"已写入 {write}。", f"Written to {write}.")
    else:
        as_json(contract.current())
