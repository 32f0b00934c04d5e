-- model: contact_register (登记台账)
-- grain: one row per contact that has a number: drafted, finalised or void.
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
-- column: status | 状态 | code of list contact_status: a void contact keeps its row and its number
-- column: counts | 计入统计 | whether figures count it: finalised and not void
-- column: corrections | 更正次数 | how often a field was corrected; each column shows what stands now
-- column: suspect_unit | 被反映单位 | the unit that is complained of, never a recipient
-- column: ground | 不予受理理由 | code of list non_acceptance_ground
-- column: route | 告知途径 | code of list alternative_route
-- column: case_id | 个案 | the case it opened or was joined to
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, desk, started, channel, caller_role, region, category, age_band, urgency, primary_disposition, unit, mandatory, status
with entered as (
    -- The finished form; until there is one, the newest draft.
    select
        about,
        arg_max(data, (type = 'ContactRegistered.v1', place)) as data,
        arg_max(recorded, (type = 'ContactRegistered.v1', place)) as recorded
    from fact where type in ('ContactRegistered.v1', 'ContactDrafted.v1') group by about
),
finalised as (select about, data from fact where type = 'ContactFinalised.v1'),
-- Empty: the field was emptied.
corrected as (
    select
        about,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'channel') as channel,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'caller_role') as caller_role,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'contact_type') as contact_type,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'category') as category,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'region') as region,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'age_band') as age_band,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'sex') as sex,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'urgency') as urgency,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'heard_from') as heard_from,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'screen') as screen,
        max_by(coalesce(data ->> 'new', ''), place) filter (where data ->> 'field' = 'suspect_unit') as suspect_unit,
        arg_max(data ->> 'repeat_of', place) as repeat_of,
        count(*) as corrections
    from fact where type = 'ContactCorrected.v1' group by about
),
joined as (
    select
        about,
        -- A repeat that was joined to a case belongs there, whatever else it opened.
        coalesce(
            nullif(
                arg_max(case when type = 'ContactLinkedToCase.v1' then data ->> 'case' else '' end, place) filter (
                    where type in ('ContactLinkedToCase.v1', 'ContactUnlinkedFromCase.v1')
                ),
                ''
            ),
            arg_min(key, place) filter (where type = 'CaseOpened.v1')
        ) as case_id,
        coalesce(bool_or(type = 'ContactVoided.v1'), false) as voided,
        max(seq) as last_seq
    from fact group by about
),
screened as (
    select
        entered.about,
        coalesce(nullif(corrected.screen, ''), finalised.data ->> 'screen') as screen,
        coalesce(nullif(corrected.urgency, ''), entered.data ->> 'urgency') as urgency
    from entered
    left join finalised using (about)
    left join corrected using (about)
)
select
    entered.about as contact,
    entered.data ->> 'number' as number,
    entered.data ->> 'desk' as desk,
    nullif(coalesce(corrected.channel, entered.data ->> 'channel'), '') as channel,
    (entered.data ->> 'started')::timestamptz as started,
    (entered.data ->> 'ended')::timestamptz as ended,
    entered.recorded as recorded,
    nullif(coalesce(corrected.caller_role, entered.data ->> 'caller_role'), '') as caller_role,
    nullif(coalesce(corrected.contact_type, entered.data ->> 'contact_type'), '') as contact_type,
    nullif(coalesce(corrected.category, entered.data ->> 'category'), '') as category,
    nullif(coalesce(corrected.region, entered.data ->> 'region'), '') as region,
    nullif(coalesce(corrected.age_band, entered.data ->> 'age_band'), '') as age_band,
    nullif(coalesce(corrected.sex, entered.data ->> 'sex'), '') as sex,
    nullif(coalesce(corrected.urgency, entered.data ->> 'urgency'), '') as urgency,
    nullif(coalesce(corrected.heard_from, entered.data ->> 'heard_from'), '') as heard_from,
    finalised.data ->> 'primary_disposition' as primary_disposition,
    disposition.family as disposition_group,
    finalised.data ->> 'unit' as unit,
    -- The rule of services/intake/screen.py: where life is in danger, an unknown answer counts as yes.
    coalesce(
        contains(screened.screen, 'y') or (screened.urgency = '1' and contains(screened.screen, 'u')), false
    ) as mandatory,
    coalesce(corrected.repeat_of, entered.data ->> 'repeat_of') as repeat_of,
    case when joined.voided then 'void' when finalised.data is not null then 'finalised' else 'draft' end as status,
    status = 'finalised' as counts,
    coalesce(corrected.corrections, 0) as corrections,
    nullif(coalesce(corrected.suspect_unit, finalised.data ->> 'suspect_unit'), '') as suspect_unit,
    finalised.data ->> 'ground' as ground,
    finalised.data ->> 'route' as route,
    joined.case_id as case_id,
    joined.last_seq as last_seq
from entered
join joined using (about)
join screened using (about)
left join finalised using (about)
left join corrected using (about)
left join code as disposition
    on disposition.list = 'disposition' and disposition.code = finalised.data ->> 'primary_disposition';
-- check: every finalised contact has exactly one disposition, and it is in the code list
select contact from contact_register where primary_disposition is not null and disposition_group is null;
-- check: a contact is one row
select contact from contact_register group by contact having count(*) > 1;
-- check: a draft decides nothing, and no void contact counts
select contact from contact_register where (status = 'draft' and primary_disposition is not null) or (counts and status = 'void');
