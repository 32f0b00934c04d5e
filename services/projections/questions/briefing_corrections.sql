-- query: briefing_corrections (更正栏)
-- over: briefing_ledger
-- column: briefing | 简报标识 | id of the briefing
-- column: kind | 种类 | code of list briefing_kind
-- column: issue | 期次 | number of the briefing
-- column: number | 序号 | number of the correction within its briefing
-- column: figure | 指标 | what was counted
-- column: was | 原为 | as it was printed, or corrected last
-- column: now | 更正为 | as it is at the newer position
-- column: position | 截至位置 | that position
-- column: head_hash | 账本校验码 | SHA-256 of the commit there
-- column: cause | 起因 | position of the commit that changed it
-- column: cause_type | 起因事实 | code of list fact: the first fact of that commit
-- column: reason | 事由 | code of list restatement_reason
-- column: corrected | 更正时间 | when it was corrected
-- column: principal | 更正人 | who corrected it
-- column: seq | 事件号 | position of the correction itself
-- glance: issue, number, figure, was, now, reason, cause, cause_type, corrected
-- param: briefing text | 简报标识 | of this briefing alone
-- param: kind token | 种类 | of briefings of this kind
-- order: seq
with correction as (select * from event_log where type = 'BriefingCorrected.v1')
select
    correction.key as briefing,
    briefing_ledger.kind as kind,
    briefing_ledger.number as issue,
    (correction.data ->> 'number')::bigint as number,
    correction.data ->> 'figure' as figure,
    (correction.data ->> 'was')::bigint as was,
    (correction.data ->> 'now')::bigint as now,
    (correction.data ->> 'position')::bigint as position,
    correction.data ->> 'head_hash' as head_hash,
    (correction.data ->> 'cause')::bigint as cause,
    cause.type as cause_type,
    correction.data ->> 'reason' as reason,
    correction.occurred as corrected,
    correction.principal as principal,
    correction.seq as seq
from correction
join briefing_ledger on briefing_ledger.briefing = correction.key
left join event_log as cause on cause.seq = (correction.data ->> 'cause')::bigint and cause.idx = 1
where ($briefing::varchar is null or correction.key = $briefing)
and ($kind::varchar is null or briefing_ledger.kind = $kind);
