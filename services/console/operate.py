"""`up`, `serve`, `provision`: what operators run."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import click

from services.broker import Broker, provision
from services.console.output import REFUSED, UNEXPECTED, as_json, say
from services.console.session import Session, pass_session
from services.console.stack import Held, Stack, StackFailed, announce

PARTS = ("broker", "provision", "intake", "referral", "meeting", "publication", "projections")


@click.command()
@click.option(
    "--simulated", is_flag=True, help="以模拟时钟开账（演示、测试）。 Begin the ledger under a simulated clock."
)
@click.option("--seed", type=int, help="模拟账本的种子。 Seed of a simulated ledger.")
@pass_session
def up(session: Session, simulated: bool, seed: int | None) -> None:
    """启动全部服务，Ctrl-C 停止。 Start broker and services; Ctrl-C stops all of them."""
    stack = Stack(session.data, simulated=simulated, seed=seed)
    try:
        asyncio.run(_run(stack, session))
    except Held as held:
        session.fail(
            REFUSED,
            "stack.held",
            f"{session.data} 已由进程 {held.holder} 使用，请先停止它或换一个目录。",
            f"{session.data} is held by process {held.holder}; stop that one or take another folder.",
        )
    except StackFailed as failed:
        session.fail(UNEXPECTED, "stack.failed", f"启动失败：{failed}", f"The stack did not start: {failed}")


async def _run(stack: Stack, session: Session) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
    else:
        starting.result()
        if session.machine:
            as_json(
                {"client": stack.client_url, "monitoring": stack.monitoring_url, "data": str(session.data.resolve())}
            )
            sys.stdout.flush()
        else:
            say(
                session.lang,
                f"联席已启动：{stack.client_url}，数据目录 {session.data}。按 Ctrl-C 停止。",
                f"Lianxi is up: {stack.client_url}, data in {session.data}. Ctrl-C stops it.",
            )
        giving_up = asyncio.create_task(stack.given_up())
        await asyncio.wait({stopping, giving_up}, return_when=asyncio.FIRST_COMPLETED)
        giving_up.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await stack.stop()
    if not stop.is_set():
        raise StackFailed("something died again and again; see the folder's logs")
    stopping.cancel()
    if not session.machine:
        say(session.lang, "已全部停止。", "All stopped.")


@click.command()
@click.argument("parts", type=click.Choice(PARTS), nargs=-1, required=True)
@click.option("--broker", "url", help="消息服务器地址。 URL of the broker (default: the data folder's).")
@click.option(
    "--listen", default="127.0.0.1", show_default=True, help="broker 的监听地址。 Address the broker listens on."
)
@click.option("--port", default=-1, show_default=True, help="broker 的端口，-1 为任选。 Its port; -1 takes a free one.")
@pass_session
def serve(session: Session, parts: tuple[str, ...], url: str | None, listen: str, port: int) -> None:
    """单独运行一个部分（容器里一个容器一个），或几个服务同一进程。 Run one part alone, as one container does, or some services together."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    alone = [part for part in parts if part in ("broker", "provision")]
    if alone and len(parts) > 1:
        raise click.UsageError(f"{alone[0]} runs alone")
    if alone == ["broker"]:
        _serve_broker(session.data, listen, port)
    elif alone:
        session.run(lambda: provision(session.data, url=url))
    else:
        from services.console.serving import serve_services

        asyncio.run(serve_services(parts, session.data, url, _parent()))


def _parent() -> int | None:
    """The supervisor's pid: a service whose supervisor was killed stops by itself."""
    value = os.environ.get("LIANXI_PARENT")
    return int(value) if value and value.isdigit() else None


def _serve_broker(data: Path, listen: str, port: int) -> None:
    broker = Broker(data, host=listen, port=port)
    broker.start()
    announce(data, broker)
    stop = {"now": False}
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.update(now=True))
    click.echo(f"ready {broker.client_url}")
    while broker.running and not stop["now"]:
        signal.sigtimedwait([], 0.2)
    broker.stop()


@click.command(name="provision")
@pass_session
def provision_command(session: Session) -> None:
    """建立消息流、消费者和凭证（只补缺，不改动）。 Create streams, consumers and credentials that are missing."""
    session.run(lambda: provision(session.data))
    say(session.lang, "已就绪。", "Provisioned.")
