-- query: supervision_ledger (督办台账)
-- over: supervision_ledger
-- columns of: supervision_ledger
-- param: unit token | 责任单位 | notices to this unit
-- param: status token | 状态 | notices in this state
-- param: referral id | 转办标识 | notices about this referral
-- param: level count | 级别 | notices of this level, 0 to 5
-- param: overdue token | 回执超期 | yes: notices whose reply is owed and overdue
-- param: from day | 拟稿起始日 | drafted from this day, China time
-- param: to day | 拟稿截止日 | drafted up to this day
-- order: drafted, notice
select * from supervision_ledger
where ($unit::varchar is null or unit = $unit)
and ($status::varchar is null or status = $status)
and ($referral::varchar is null or referral = $referral)
and ($level::bigint is null or level = $level)
and ($from::date is null or timezone('Asia/Shanghai', drafted)::date >= $from::date)
and ($to::date is null or timezone('Asia/Shanghai', drafted)::date <= $to::date)
and ($overdue::varchar is null or (reply_overdue and status in ('served', 'acknowledged')) = ($overdue = 'yes'));
