-- model: contact_register (登记台账)
-- grain: one row per registered contact.
-- read by: the register, hotline_daily, the briefing's figures.
-- about: case when kind = 'contact' then key when type = 'CaseOpened.v1' then data ->> 'contact' end
-- column: contact | 来电标识 | id of the contact
-- column: number | 编号 | number on the paper form, unique in its desk and year
-- column: desk | 值班台 | desk that took it
-- column: channel | 渠道 | code of list channel
-- column: started | 来电时间 | when it began
-- column: ended | 结束时间 | when it ended, if noted
-- column: recorded | 录入时间 | when it was entered
-- column: caller_role | 来电人角色 | code of list caller_role
-- column: contact_type | 诉求类型 | code of list contact_type
-- column: category | 问题类别 | code of list category
-- column: region | 区划 | code of list region
-- column: age_band | 年龄段 | code of list age_band
-- column: sex | 性别 | code of list sex
-- column: urgency | 紧急程度 | code of list urgency
-- column: heard_from | 如何知道热线 | code of list heard_from
-- column: primary_disposition | 处置方式 | code of list disposition; exactly one a contact
-- column: disposition_group | 处置大类 | answered, referred, coordinated …: a partition
-- column: unit | 拟转单位 | unit named by the desk
-- column: mandatory | 强制报告 | whether the nine questions call for a report
-- column: repeat_of | 前次来电 | the earlier contact of the same caller
-- column: case_id | 个案 | the case it opened or was joined to
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, desk, started, channel, caller_role, region, category, age_band, urgency, primary_disposition, unit, mandatory
with registered as (select about, data, recorded from fact where type = 'ContactRegistered.v1'),
finalised as (select about, data from fact where type = 'ContactFinalised.v1'),
joined as (
    select
        about,
        -- A repeat that was joined to a case belongs there, whatever else it opened.
        coalesce(
            arg_max(data ->> 'case', place) filter (where type = 'ContactLinkedToCase.v1'),
            arg_min(key, place) filter (where type = 'CaseOpened.v1')
        ) as case_id,
        max(seq) as last_seq
    from fact group by about
)
select
    registered.about as contact,
    registered.data ->> 'number' as number,
    registered.data ->> 'desk' as desk,
    registered.data ->> 'channel' as channel,
    (registered.data ->> 'started')::timestamptz as started,
    (registered.data ->> 'ended')::timestamptz as ended,
    registered.recorded as recorded,
    registered.data ->> 'caller_role' as caller_role,
    registered.data ->> 'contact_type' as contact_type,
    registered.data ->> 'category' as category,
    registered.data ->> 'region' as region,
    registered.data ->> 'age_band' as age_band,
    registered.data ->> 'sex' as sex,
    registered.data ->> 'urgency' as urgency,
    registered.data ->> 'heard_from' as heard_from,
    finalised.data ->> 'primary_disposition' as primary_disposition,
    disposition.family as disposition_group,
    finalised.data ->> 'unit' as unit,
    -- The rule of services/intake/screen.py: where life is in danger, an unknown answer counts as yes.
    coalesce(
        contains(finalised.data ->> 'screen', 'y')
        or (registered.data ->> 'urgency' = '1' and contains(finalised.data ->> 'screen', 'u')),
        false
    ) as mandatory,
    registered.data ->> 'repeat_of' as repeat_of,
    joined.case_id as case_id,
    joined.last_seq as last_seq
from registered
join joined using (about)
left join finalised using (about)
left join code as disposition
    on disposition.list = 'disposition' and disposition.code = finalised.data ->> 'primary_disposition';
-- check: every finalised contact has exactly one disposition, and it is in the code list
select contact from contact_register where primary_disposition is not null and disposition_group is null;
-- check: a contact is one row
select contact from contact_register group by contact having count(*) > 1;
