-- query: figure_items (指标来源)
-- over: figure_item
-- column: kind | 对象 | code of list kind
-- column: item | 标识 | id of the contact, case, referral or notice
-- column: number | 编号 | its number, where it has one
-- column: day | 归属日期 | the day that decides into which period it falls, China time
-- column: value | 数值 | what it adds to the figure
-- column: events | 事件 | its events in their order: position in the ledger and type
-- column: last_seq | 事件号 | the newest of its commits
-- column: hash | 校验码 | SHA-256 of that commit's bytes
-- glance: kind, number, day, value, events
-- param: from day! | 起始日期 | first day of the period, China time
-- param: to day! | 截止日期 | last day of the period
-- param: figure text! | 指标 | name of the figure
-- order: kind, number, item
-- What a figure is the sum of, down to the events on record. They add up to it: figures.sql sums these very rows.
with counted as materialized (
    select kind, item, number, day, sum(value)::bigint as value from figure_item
    where figure = $figure and day between $from::date and $to::date group by all
),
told as (
    select key, list(seq || ' ' || split_part(type, '.', 1) order by place) as events
    from event_log where key in (select item from counted) group by key
),
newest as (
    select key, max(seq) as last_seq, arg_max(hash, seq) as hash
    from commit_log where key in (select item from counted) group by key
)
select counted.*, told.events, newest.last_seq, newest.hash
from counted join told on told.key = counted.item join newest on newest.key = counted.item;
