-- query: referral_ledger (转办台账)
-- over: referral_ledger
-- columns of: referral_ledger
-- param: unit token | 承办单位 | referrals of this unit
-- param: status token | 状态 | referrals in this state
-- param: open token | 未办结 | yes: only those that are not over
-- param: until day | 签发截止日 | issued up to this day, China time
-- param: case id | 个案 | referrals of this case
-- order: issued, referral
select * from referral_ledger
where ($unit::varchar is null or unit = $unit)
and ($status::varchar is null or status = $status)
and ($open::varchar is null or (ended is null and verified is null) = ($open = 'yes'))
and ($until::date is null or timezone('Asia/Shanghai', issued)::date <= $until::date)
and ($case::varchar is null or case_id = $case);
