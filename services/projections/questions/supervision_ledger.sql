-- query: supervision_ledger (督办台账)
-- over: supervision_ledger
-- columns of: supervision_ledger
-- param: unit token | 责任单位 | notices to this unit
-- param: status token | 状态 | notices in this state
-- param: referral id | 转办标识 | notices about this referral
-- order: drafted, notice
select * from supervision_ledger
where ($unit::varchar is null or unit = $unit)
and ($status::varchar is null or status = $status)
and ($referral::varchar is null or referral = $referral);
