"""The broker: the real nats-server, its accounts and permissions, credentials, streams and consumers."""

from services.broker.connection import Endpoint, NotRunning, connect, endpoint
from services.broker.credentials import Credential, UnknownPrincipal, load_credential
from services.broker.durability import NotDurable, assert_durable
from services.broker.provisioning import ConfigurationDrift, provision
from services.broker.server import Broker, BrokerFailed

__all__ = [
    "Broker",
    "BrokerFailed",
    "ConfigurationDrift",
    "Credential",
    "Endpoint",
    "NotDurable",
    "NotRunning",
    "UnknownPrincipal",
    "assert_durable",
    "connect",
    "endpoint",
    "load_credential",
    "provision",
]
