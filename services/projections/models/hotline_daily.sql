-- model: hotline_daily (热线日报)
-- grain: one row per day (China time) and desk with at least one contact that counts: finalised and not void.
-- read by: the briefing, the joint meeting.
-- over: contact_register
-- column: day | 日期 | day on which the contact began, China time
-- column: desk | 值班台 | desk that took it
-- column: contacts | 来电数 | contacts registered
-- column: answered | 当场答复 | answered on the phone
-- column: referred | 转办 | referred to a unit
-- column: coordinated | 直接协调 | coordinated directly
-- column: non_substantive | 非实质 | silent, misdialled, trying the line; they are counted and hold no personal data
-- column: repeated | 重复来电 | of all contacts, those of a caller who had called before
-- column: other | 其他 | every other disposition
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: day, desk, contacts, answered, referred, coordinated, other
select
    timezone('Asia/Shanghai', started)::date as day,
    desk,
    count(*) as contacts,
    count(*) filter (where disposition_group = 'answered') as answered,
    count(*) filter (where disposition_group = 'referred') as referred,
    count(*) filter (where disposition_group = 'coordinated') as coordinated,
    count(*) filter (where disposition_group = 'non_substantive') as non_substantive,
    count(*) filter (where repeat_of is not null) as repeated,
    count(*) filter (
        where disposition_group is null
        or disposition_group not in ('answered', 'referred', 'coordinated', 'non_substantive')
    ) as other,
    max(last_seq) as last_seq
from contact_register
where counts
group by all;
-- check: the dispositions are a partition of the contacts
select day from hotline_daily where contacts <> answered + referred + coordinated + non_substantive + other;
