"""What has to be true of a broker before anyone relies on it: it syncs every write, and it recovered every stream."""

import json
import urllib.error
import urllib.request


class NotDurable(Exception):
    """The broker does not sync every write, or could not be asked."""


class NotHealthy(Exception):
    """The broker could not recover a stream, or could not be asked."""


def healthy(monitoring_url: str) -> bool:
    """Whether the broker says of itself that everything it keeps is there and can be used."""
    try:
        with urllib.request.urlopen(f"{monitoring_url}/healthz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def assert_healthy(monitoring_url: str) -> None:
    """Raise NotHealthy unless /healthz is 200. Creating a stream that was not recovered deletes its files (nats.md §0)."""
    if not healthy(monitoring_url):
        raise NotHealthy("the broker is not healthy: a stream could not be recovered, or nothing answers")


def assert_durable(monitoring_url: str) -> None:
    """Raise NotDurable unless the server syncs always. `sync_interval` reads 2m either way (reliability.md finding 1)."""
    try:
        with urllib.request.urlopen(f"{monitoring_url}/jsz", timeout=5) as answer:  # noqa: S310
            config = json.load(answer).get("config", {})
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NotDurable("the broker's monitoring port does not answer") from error
    if config.get("sync_always") is not True:
        raise NotDurable("the broker runs without `sync_interval: always`: acknowledged facts could be lost")
