-- The tables of a read models' file, apart from the models themselves (models/*.sql).
create table meta (format bigint not null, code varchar not null);
create table checkpoint (incarnation varchar not null, seq bigint not null, hash varchar not null, recorded timestamptz);
-- Why the projector stopped, when it did.
create table stopped (code varchar not null, seq bigint not null, detail varchar not null);
-- Models that failed: right up to the commit before `frozen_at_seq`.
create table model_state (model varchar not null, frozen_at_seq bigint not null, reason varchar not null);
-- The ledger's commits as they are.
create table commit_log (
    seq bigint not null,
    subject varchar not null,
    kind varchar not null,
    route varchar,
    key varchar not null,
    n bigint not null,
    prev varchar not null,
    hash varchar not null,
    recorded timestamptz not null,
    occurred timestamptz not null,
    bytes varchar not null
);
-- Their facts, a row each; `idx` from 1 in its commit, `place` orders them over all commits.
create table event_log (
    seq bigint not null,
    n bigint not null,
    idx bigint not null,
    place bigint not null,
    kind varchar not null,
    route varchar,
    key varchar not null,
    type varchar not null,
    occurred timestamptz not null,
    recorded timestamptz not null,
    principal varchar not null,
    role varchar not null,
    unit varchar,
    command varchar not null,
    simulated boolean not null,
    data json not null
);
-- Reference data: the same for every position (reference.py).
create table code (list varchar, code varchar, zh varchar, en varchar, family varchar);
create table unit (unit varchar, zh varchar, en varchar, sector varchar);
create table calendar (
    day date, is_workday boolean, name varchar, source varchar, version varchar, provisional boolean
);
-- Which area a place is counted in, and when: towns in their county, a renamed county under the code of that day.
create table region_at (region varchar, area varchar, since date, until date);
