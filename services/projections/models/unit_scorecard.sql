-- model: unit_scorecard (单位办理情况)
-- grain: one row per unit of the directory, and per unit that was ever referred to.
-- read by: the briefing, the joint meeting, supervisors.
-- A referral that was revoked, transferred on or terminated before its end counts for nobody: the office took it back, the
-- case moved on or the caller withdrew, and none of it is the unit's doing. It is in `withdrawn` and in no other figure.
-- One that was returned counts as sent and signed, and is not judged. Days held or granted moved the due date
-- (DueRecomputed), so they are never late. While it is on hold a referral is neither overdue nor judged.
-- over: referral_ledger, supervision_ledger
-- column: unit | 单位代码 | code of the unit
-- column: unit_zh | 单位 | its name in Chinese
-- column: unit_en | 单位（英文） | its name in English
-- column: sector | 系统 | code of list sector
-- column: issued | 转办数 | referrals sent to it
-- column: signed | 签收数 | of those, signed
-- column: signed_in_time | 按时签收数 | of those, signed in time
-- column: reported | 反馈数 | referrals with a report in force
-- column: reported_in_time | 按时反馈数 | of those, reported in time
-- column: verified | 办结数 | reports verified
-- column: withdrawn | 撤回终止数 | referrals revoked, transferred on or terminated; in no other figure
-- column: returned | 退单数 | referrals it was released from
-- column: sent_back | 退回重办数 | referrals with a report sent back at least once
-- column: urged | 催办数 | urges served on it
-- column: overdue_open | 超期未办结数 | open referrals on record as overdue, to sign or to report
-- column: judged | 应办结数 | n of the on-time rate: reported, or overdue to report
-- column: sign_rate | 签收率 | signed / issued, 0-1
-- column: on_time_rate | 按时办结率 | reported in time / judged, 0-1
-- column: on_time_low | 按时办结率下限 | Wilson 95 % interval, lower end
-- column: on_time_high | 按时办结率上限 | Wilson 95 % interval, upper end
-- column: last_seq | 事件号 | the commit behind the newest change; empty when none
-- glance: unit_zh, issued, signed_in_time, reported_in_time, judged, on_time_rate, on_time_low, on_time_high, returned, sent_back, urged, overdue_open
with counted as (
    select
        unit,
        count(*) as issued,
        count(signed) as signed,
        count(*) filter (where not signed_late) as signed_in_time,
        count(reported) as reported,
        count(*) filter (where not late) as reported_in_time,
        count(verified) as verified,
        count(*) filter (where status = 'returned') as returned,
        count(*) filter (where times_sent_back > 0) as sent_back,
        count(*) filter (
            where (status = 'issued' and sign_overdue)
            or (status in ('signed', 'in_handling', 'return_requested') and overdue_working_days > 0)
        ) as overdue_open,
        -- A unit that never reports must not look better than one that reports late.
        count(*) filter (
            where reported is not null
            or (status in ('signed', 'in_handling', 'return_requested') and overdue_working_days > 0)
        ) as judged,
        max(last_seq) as last_seq
    from referral_ledger where status not in ('revoked', 'transferred_on', 'terminated') group by unit
),
withdrawn as (
    select unit, count(*) as withdrawn, max(last_seq) as last_seq
    from referral_ledger where status in ('revoked', 'transferred_on', 'terminated') group by unit
),
urged as (
    select unit, count(*) filter (where level = 1 and served is not null and withdrawn is null) as urged, max(last_seq) as last_seq
    from supervision_ledger group by unit
),
known as (
    select unit from unit union select unit from counted union select unit from withdrawn
    union select unit from urged
),
rated as (
    select
        known.unit as unit,
        coalesce(counted.issued, 0) as issued,
        coalesce(counted.signed, 0) as signed,
        coalesce(counted.signed_in_time, 0) as signed_in_time,
        coalesce(counted.reported, 0) as reported,
        coalesce(counted.reported_in_time, 0) as reported_in_time,
        coalesce(counted.verified, 0) as verified,
        coalesce(withdrawn.withdrawn, 0) as withdrawn,
        coalesce(counted.returned, 0) as returned,
        coalesce(counted.sent_back, 0) as sent_back,
        coalesce(urged.urged, 0) as urged,
        coalesce(counted.overdue_open, 0) as overdue_open,
        coalesce(counted.judged, 0) as judged,
        counted.signed / nullif(counted.issued, 0) as sign_rate,
        counted.reported_in_time / nullif(counted.judged, 0) as on_time_rate,
        greatest(counted.last_seq, withdrawn.last_seq, urged.last_seq) as last_seq
    from known
    left join counted using (unit)
    left join withdrawn using (unit)
    left join urged using (unit)
),
-- Wilson: n + z², and the half width before division; z = 1.96 for 95 %.
bounded as (
    select
        *,
        judged + 1.96 * 1.96 as weight,
        reported_in_time + 1.96 * 1.96 / 2 as centre,
        1.96 * sqrt(judged * on_time_rate * (1 - on_time_rate) + 1.96 * 1.96 / 4) as half_width
    from rated
)
select
    bounded.unit as unit,
    unit.zh as unit_zh,
    unit.en as unit_en,
    unit.sector as sector,
    issued,
    signed,
    signed_in_time,
    reported,
    reported_in_time,
    verified,
    withdrawn,
    returned,
    sent_back,
    urged,
    overdue_open,
    judged,
    round(sign_rate, 4) as sign_rate,
    round(on_time_rate, 4) as on_time_rate,
    round(case when on_time_rate is not null then (centre - half_width) / weight end, 4) as on_time_low,
    round(case when on_time_rate is not null then (centre + half_width) / weight end, 4) as on_time_high,
    last_seq
from bounded
left join unit on unit.unit = bounded.unit;
-- check: no unit has signed more referrals than it was sent, or reported in time more than it reported
select unit from unit_scorecard where signed > issued or signed_in_time > signed or reported_in_time > reported;
-- check: a rate lies inside its own interval
select unit from unit_scorecard
where on_time_rate is not null and not (on_time_low <= on_time_rate and on_time_rate <= on_time_high);
