"""No service starts on a broker that acknowledges what is not on disk."""

import json
import urllib.error
import urllib.request


class NotDurable(Exception):
    """The broker does not sync every write, or could not be asked."""


def assert_durable(monitoring_url: str) -> None:
    """Raise NotDurable unless the server syncs always. `sync_interval` reads 2m either way (reliability.md finding 1)."""
    try:
        with urllib.request.urlopen(f"{monitoring_url}/jsz", timeout=5) as answer:
            config = json.load(answer).get("config", {})
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NotDurable("the broker's monitoring port does not answer") from error
    if config.get("sync_always") is not True:
        raise NotDurable("the broker runs without `sync_interval: always`: acknowledged facts could be lost")
