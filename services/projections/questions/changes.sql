-- query: changes (位置之后的变动)
-- column: seq | 位置 | position of the commit in the ledger
-- column: kind | 对象 | code of list kind
-- column: item | 标识 | id of what it is about
-- column: type | 事件 | code of list fact
-- column: field | 字段 | of a correction: the field that was corrected
-- column: reason | 原因 | the reason that was given, a code, where the event has one
-- column: occurred | 发生时间 | when it happened
-- column: recorded | 入账时间 | when it was recorded
-- column: days_late | 迟录天数 | whole days from the one to the other, China time
-- column: role | 录入角色 | code of list role
-- glance: seq, kind, type, field, reason, occurred, recorded, days_late
-- param: since count! | 起始位置 | events after this position
-- order: seq, place
-- Asked as of a later position: what came in between, and how late. A number of a document series is no news of its own.
select
    seq,
    kind,
    key as item,
    split_part(type, '.', 1) as type,
    data ->> 'field' as field,
    data ->> 'reason' as reason,
    occurred,
    recorded,
    date_diff('day', timezone('Asia/Shanghai', occurred)::date, timezone('Asia/Shanghai', recorded)::date) as days_late,
    role,
    place
from event_log where seq > $since and kind <> 'series';
