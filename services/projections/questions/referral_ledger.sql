-- query: referral_ledger (转办台账)
-- over: referral_ledger
-- columns of: referral_ledger
-- param: unit token | 承办单位 | referrals of this unit
-- param: status token | 状态 | referrals in this state
-- param: case id | 个案 | referrals of this case
-- order: issued, referral
select * from referral_ledger
where ($unit::varchar is null or unit = $unit)
and ($status::varchar is null or status = $status)
and ($case::varchar is null or case_id = $case);
