-- query: case_history (个案经过)
-- over: case_board, contact_register, referral_ledger, supervision_ledger
-- column: seq | 事件号 | position in the ledger
-- column: kind | 对象 | code of list kind
-- column: key | 标识 | id of that contact, case …
-- column: type | 事实 | code of list fact, with its version: what happened
-- column: occurred | 发生时间 | when it happened
-- column: recorded | 记录时间 | when it was recorded
-- column: principal | 操作者 | who did it
-- column: role | 角色 | code of list role
-- column: command | 命令 | by which command
-- column: hash | 校验码 | SHA-256 of the commit's bytes
-- glance: seq, occurred, kind, type, principal, role
-- param: case text! | 个案或编号 | id of the case, or number of its contact
-- order: seq, idx
-- The case, the contact that opened it and those that were joined to it, its referrals and their notices, in the order of the ledger.
with named as (select case_id, contact from case_board where case_id = $case or number = $case),
referred as (select referral from referral_ledger where case_id in (select case_id from named)),
part as (
    select 'case' as kind, case_id as key from named
    union all select 'contact', contact from named
    union
    select 'contact', contact from contact_register where case_id in (select case_id from named)
    union all select 'referral', referral from referred
    union all select 'notice', notice from supervision_ledger where referral in (select referral from referred)
)
select seq, kind, key, type, occurred, recorded, principal, role, command, hash, idx
from event_log
join part using (kind, key)
join (select seq, hash from commit_log) using (seq);
