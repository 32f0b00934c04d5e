-- query: referral (转办单)
-- over: referral_ledger
-- columns of: referral_ledger
-- param: referral text! | 转办标识或单号 | id or number of the referral
-- order: issued, referral
select * from referral_ledger where referral = $referral or referral_no = $referral;
