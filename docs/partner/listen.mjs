// A unit's listener: prints every event of its own feed, bulletins to all units too, as one line of JSON, and acknowledges it.
//   node listen.mjs CREDENTIAL.json NATS_URL [--count N]
// It needs nothing but the unit's credential file, and goes on by itself after the broker was away.
import { readFileSync } from "node:fs";
import { jetstream } from "@nats-io/jetstream";
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";

const [file, servers, , count] = process.argv.slice(2);
const { unit, seed, inbox } = JSON.parse(readFileSync(file, "utf8"));
const connection = await connect({
  servers,
  name: `partner-${unit}`,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
  inboxPrefix: inbox, // the only place where this unit may receive
  maxReconnectAttempts: -1,
});

// The consumer is there already and a unit may not ask about it: bind to it by its name.
const consumer = jetstream(connection).consumers.getConsumerFromInfo({
  stream_name: "PARTNERS",
  name: unit,
  config: {},
});
// Short pulls: one that the broker lost in a restart is noticed within seconds, and none may stay open for 2 minutes.
const events = await consumer.consume({ bind: true, max_messages: 100, expires: 4_000 });
process.once("SIGTERM", () => events.stop());
let left = Number(count ?? Infinity);
for await (const event of events) {
  process.stdout.write(`${event.string()}\n`);
  // Printed first, acknowledged second: a stop between the two shows an event twice, never not at all.
  event.ack();
  if (--left <= 0) break;
}
await connection.drain();
