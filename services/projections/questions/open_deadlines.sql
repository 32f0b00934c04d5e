-- query: open_deadlines (到期未办)
-- over: referral_ledger
-- column: referral | 转办标识 | id of the referral
-- column: referral_no | 转办单号 | its number
-- column: unit | 承办单位 | the unit it went to
-- column: awaited | 待办 | sign or report
-- column: due | 期限 | the due time that passed
-- column: status | 状态 | code of list referral_state
-- column: overdue_working_days | 已超期工作日 | as last recorded; 0 when nothing is on record yet
-- column: case_id | 个案 | the case
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: referral_no, unit, awaited, due, status, overdue_working_days
-- param: now moment! | 时点 | the moment to judge by, with an offset
-- param: unit token | 承办单位 | this unit only
-- order: due, referral
select
    referral,
    referral_no,
    unit,
    case status when 'issued' then 'sign' else 'report' end as awaited,
    case status when 'issued' then due_sign else due_report end as due,
    status,
    overdue_working_days,
    case_id,
    last_seq
from referral_ledger
where (
    (status = 'issued' and due_sign < $now::timestamptz)
    or (status in ('signed', 'in_handling', 'return_requested') and due_report < $now::timestamptz)
)
and ($unit::varchar is null or unit = $unit);
