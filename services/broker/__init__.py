"""The broker: the real nats-server, its accounts and permissions, credentials, streams and consumers."""

from services.broker.connection import Endpoint, NotRunning, connect, endpoint
from services.broker.credentials import OFFICE_API, Credential, UnknownPrincipal, load_credential
from services.broker.durability import NotDurable, NotHealthy, assert_durable, assert_healthy
from services.broker.provisioning import REACTING, ConfigurationDrift, ProvisioningFailed, provision
from services.broker.server import Broker, BrokerFailed

__all__ = [
    "OFFICE_API",
    "REACTING",
    "Broker",
    "BrokerFailed",
    "ConfigurationDrift",
    "Credential",
    "Endpoint",
    "NotDurable",
    "NotHealthy",
    "NotRunning",
    "ProvisioningFailed",
    "UnknownPrincipal",
    "assert_durable",
    "assert_healthy",
    "connect",
    "endpoint",
    "load_credential",
    "provision",
]
