"""Who may say and hear what on the bus: one table, from which the server's configuration is generated."""

from msgspec import Struct

from events import subjects
from events.numbering import every_series
from events.subjects import ATTACHMENTS, LEDGER, PARTNERS, TIMERS
from services.broker.credentials import OFFICE_API, Credential
from services.directory import of_units

# nats.md §5.2: acknowledgements have an older and a newer form of subject.
_ACKS = ("$JS.ACK.{stream}.{consumer}.>", "$JS.ACK.*.*.{stream}.{consumer}.>")
READ_LEDGER = (
    f"$JS.API.DIRECT.GET.{LEDGER}",
    f"$JS.API.DIRECT.GET.{LEDGER}.>",
    f"$JS.API.STREAM.MSG.GET.{LEDGER}",
    f"$JS.API.STREAM.INFO.{LEDGER}",
)
# Answers go to inboxes and to the broker's own return addresses for requests from the other accounts.
_REPLIES = ("_INBOX.>", "_R_.>")


# Arming and reading what is armed. The wakes themselves are written by the broker, and by nobody else.
_TIMERS = (
    "timer.at.>",
    f"$JS.API.DIRECT.GET.{TIMERS}",
    f"$JS.API.CONSUMER.MSG.NEXT.{TIMERS}.referral",
    *(form.format(stream=TIMERS, consumer="referral") for form in _ACKS),
)
# What the client library's object store asks for: chunks and descriptions in, a short-lived reader out.
_FILES = (
    f"$O.{ATTACHMENTS}.>",
    "$JS.API.STREAM.NAMES",
    f"$JS.API.STREAM.INFO.OBJ_{ATTACHMENTS}",
    f"$JS.API.STREAM.MSG.GET.OBJ_{ATTACHMENTS}",
    f"$JS.API.STREAM.PURGE.OBJ_{ATTACHMENTS}",
    f"$JS.API.DIRECT.GET.OBJ_{ATTACHMENTS}.>",
    f"$JS.API.CONSUMER.CREATE.OBJ_{ATTACHMENTS}",
    f"$JS.API.CONSUMER.CREATE.OBJ_{ATTACHMENTS}.>",
    f"$JS.API.CONSUMER.DELETE.OBJ_{ATTACHMENTS}.>",
    f"$JS.FC.OBJ_{ATTACHMENTS}.>",
)


class Permission(Struct, frozen=True):
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def _consumer(stream: str, consumer: str) -> tuple[str, ...]:
    return (
        f"$JS.API.CONSUMER.INFO.{stream}.{consumer}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}",
        *(form.format(stream=stream, consumer=consumer) for form in _ACKS),
    )


def permission(credential: Credential) -> Permission | None:
    """The permission of one principal; None: no bounds inside its account (the provisioner alone)."""
    name, inbox = credential.principal, (f"{credential.inbox}.>",)
    match credential.role, name:
        case "admin", _:
            return None
        case "service", "intake":
            own: tuple[str, ...] = ("ledger.contact.>", "ledger.case.>")
            return Permission(
                (*own, *READ_LEDGER, *_consumer(LEDGER, name), *_REPLIES), (*inbox, "cmd.intake.*.* intake")
            )
        case "service", "referral":
            own = ("ledger.referral.>", "ledger.notice.>", "ledger.file.>", "ledger.series.>", "ledger.calendar.>")
            return Permission(
                (*own, *READ_LEDGER, *_consumer(LEDGER, name), *_TIMERS, *_FILES, *_REPLIES),
                (*inbox, "cmd.referral.*.* referral"),
            )
        case "service", "publication":
            own = ("ledger.briefing.>", "ledger.bulletin.>", *map(subjects.series, every_series()))
            return Permission(
                (*own, *READ_LEDGER, subjects.query(name, "figures"), *_REPLIES),
                (*inbox, "cmd.publication.*.* publication"),
            )
        case "service", "meeting":
            own = ("ledger.meeting.>", "ledger.resolution.>", "ledger.cooperation.>", "ledger.series.>")
            return Permission(
                (*own, *READ_LEDGER, *_consumer(LEDGER, name), *_REPLIES), (*inbox, "cmd.meeting.*.* meeting")
            )
        case "service", "projections":
            return Permission((*READ_LEDGER, *_REPLIES), (*inbox, "qry.projections.*.* projections"))
        case "unit", _:
            return Permission(
                (
                    f"$JS.API.CONSUMER.MSG.NEXT.{PARTNERS}.{name}",
                    # A unit may read its own feed again, from any position: an addition to nats.md §5.2.
                    f"$JS.API.CONSUMER.RESET.{PARTNERS}.{name}",
                    *(form.format(stream=PARTNERS, consumer=name) for form in _ACKS),
                    f"cmd.referral.{name}.>",
                    # Of a meeting a unit may say what becomes of its resolutions, and no other word.
                    *(f"cmd.meeting.{name}.{verb}" for verb in of_units("meeting")),
                    f"qry.projections.{name}.todo",
                    f"qry.projections.{name}.cooperations",
                    f"qry.projections.{name}.queries",
                ),
                inbox,
            )
        case role, _:
            reads = tuple(each.replace("$JS.API", OFFICE_API) for each in READ_LEDGER) if role == "auditor" else ()
            services = ("cmd.intake", "cmd.referral", "cmd.meeting", "cmd.publication", "qry.projections")
            return Permission((*(f"{service}.{name}.*" for service in services), *reads), inbox)
