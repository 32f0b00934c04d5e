-- model: hotline_daily (热线日报)
-- grain: one row per day (China time) and desk with at least one contact.
-- read by: the briefing, the joint meeting.
-- over: contact_register
-- column: day | 日期 | day on which the contact began, China time
-- column: desk | 值班台 | desk that took it
-- column: contacts | 来电数 | contacts registered
-- column: answered | 当场答复 | answered on the phone
-- column: referred | 转办 | referred to a unit
-- column: coordinated | 直接协调 | coordinated directly
-- column: other | 其他 | every other disposition, or none yet
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: day, desk, contacts, answered, referred, coordinated, other
select
    timezone('Asia/Shanghai', started)::date as day,
    desk,
    count(*) as contacts,
    count(*) filter (where disposition_group = 'answered') as answered,
    count(*) filter (where disposition_group = 'referred') as referred,
    count(*) filter (where disposition_group = 'coordinated') as coordinated,
    count(*) filter (
        where disposition_group is null or disposition_group not in ('answered', 'referred', 'coordinated')
    ) as other,
    max(last_seq) as last_seq
from contact_register
group by all;
-- check: the dispositions are a partition of the contacts
select day from hotline_daily where contacts <> answered + referred + coordinated + other;
