-- model: case_board (个案看板)
-- grain: one row per case.
-- read by: coordinators, unheld_cases, the briefing's figures.
-- about: case when kind = 'case' then key when type in ('ContactLinkedToCase.v1', 'ContactUnlinkedFromCase.v1') then data ->> 'case' end
-- column: case_id | 个案标识 | id of the case
-- column: contact | 来电标识 | the contact that opened it
-- column: number | 编号 | number of that contact
-- column: desk | 值班台 | desk that took it
-- column: region | 区划 | code of list region
-- column: category | 问题类别 | code of list category
-- column: age_band | 年龄段 | code of list age_band
-- column: sex | 性别 | code of list sex
-- column: urgency | 紧急程度 | code of list urgency
-- column: contact_type | 诉求类型 | code of list contact_type
-- column: status | 状态 | code of list case_status
-- column: mandatory | 强制报告 | whether a report to the police is required
-- column: mandatory_made | 已报告 | whether that report was made
-- column: opened | 立案时间 | when it was opened
-- column: referrals | 转办数 | referrals that were asked for
-- column: open_referrals | 在办转办数 | of those, still in hand at a unit
-- column: coordinations | 直接协调数 | direct coordinations
-- column: instructions | 领导批示数 | leaders' instructions
-- column: outcomes | 帮扶结果 | codes of list outcome, in order
-- column: monthly_yuan | 每月补助（元） | sum of the recorded monthly benefits, whole yuan
-- column: callback_attempts | 回访次数 | callbacks tried
-- column: solved | 已解决 | the caller's answer at the last completed callback
-- column: satisfied | 满意 | the caller's answer at the last completed callback
-- column: closed | 结案时间 | when it was closed
-- column: closure_code | 结案方式 | code of list closure_code
-- column: mandatory_due | 报告时限 | when the report was or is due at the latest
-- column: mandatory_acknowledged | 公安已确认 | whether the police acknowledged the report
-- column: override_post | 先行办理负责职务 | the post that answers for work before the report, in an emergency
-- column: override_reason | 先行办理原因 | code of list override_reason
-- column: suspect_unit | 被反映单位 | the unit that is complained of, never a recipient
-- column: ground | 不予受理理由 | code of list non_acceptance_ground
-- column: route | 告知途径 | code of list alternative_route
-- column: callback_due | 回访期限 | until when the caller is to be called back, while that is what is left to do
-- column: review_due | 复核日期 | the next day on which an outcome is to be reviewed
-- column: redone | 重办次数 | how often a callback sent it back to work
-- column: reopened | 重启次数 | how often it was reopened
-- column: officer | 经办人 | the officer it is assigned to
-- column: holder | 承办方 | who has to act: desk, unit, officer, coordinator; none when it rests
-- column: held_by | 由谁承办 | their codes
-- column: linked_contacts | 并入来电数 | contacts that were joined to it
-- column: links | 关联案件数 | other cases that it is related to
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, opened, region, category, urgency, status, open_referrals, mandatory, mandatory_made, outcomes, satisfied, closure_code
with opened as (select about, data, occurred from fact where type = 'CaseOpened.v1'),
-- As triaged, with what was corrected in its place; empty: the field was emptied.
triaged as (
    select
        about,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'region' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'region'), '') as region,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'category' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'category'), '') as category,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'age_band' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'age_band'), '') as age_band,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'sex' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'sex'), '') as sex,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'urgency' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'urgency'), '') as urgency,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'contact_type' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'contact_type'), '') as contact_type,
        nullif(arg_max(coalesce(
            case type when 'CaseTriaged.v1' then data ->> 'suspect_unit' else data ->> 'new' end, ''), place) filter (
            where type = 'CaseTriaged.v1' or data ->> 'field' = 'suspect_unit'), '') as suspect_unit
    from fact where type in ('CaseTriaged.v1', 'TriageCorrected.v1') group by about
),
-- The fold of services/intake/case_history.py: each fact that moves the status, and whether work was done by it.
moved as (
    select
        about,
        place,
        case type
            when 'CaseTriaged.v1' then 'triaged'
            when 'CaseAnswered.v1' then 'answered'
            when 'CaseNotAccepted.v1' then 'not_accepted'
            when 'CaseAccepted.v1' then 'accepted'
            when 'CaseClosed.v1' then 'closed'
            when 'CaseArchived.v1' then 'archived'
            when 'CaseReopened.v1' then 'in_handling'
            when 'ReferralRequested.v1' then 'in_handling'
            when 'OutcomeReviewed.v1' then case when not (data ->> 'holds')::boolean then 'in_handling' end
            when 'CallbackCompleted.v1' then case when content then 'awaiting_callback' else 'in_handling' end
            when 'CoordinationRecorded.v1' then 'coordinated'
            when 'ReferralOutcomeNoted.v1' then
                case
                    when data ->> 'outcome' = 'redo' then 'in_handling'
                    when data ->> 'outcome' <> 'issued' then 'referral_ended'
                end
        end as step,
        case type
            when 'CoordinationRecorded.v1' then true
            when 'CaseReopened.v1' then false
            when 'OutcomeReviewed.v1' then case when not (data ->> 'holds')::boolean then false end
            when 'CallbackCompleted.v1' then content
            when 'ReferralOutcomeNoted.v1' then
                case when data ->> 'outcome' in ('verified', 'terminated') then true when data ->> 'outcome' = 'redo' then false end
        end as handled
    from (
        select
            *,
            -- Solved, or satisfying, or a complaint without ground: it does not go back to work.
            (data ->> 'solved')::boolean or (data ->> 'satisfied')::boolean
            or coalesce(data ->> 'founded' = 'false', false) as content
        from fact
    )
),
course as (
    select
        about,
        arg_max(step, place) filter (where step is not null) as step,
        coalesce(arg_max(handled, place) filter (where handled is not null), false) as handled
    from moved group by about
),
-- A referral that was asked for is in hand until something came of it.
referred as (
    select
        about,
        referral,
        max(unit) as unit,
        coalesce(arg_max(outcome, place) filter (where outcome <> 'issued'), 'redo') = 'redo' as in_hand
    from (
        select about, place, data ->> 'referral' as referral, data ->> 'unit' as unit, null as outcome
        from fact where type = 'ReferralRequested.v1'
        union all
        select about, place, data ->> 'referral', null, data ->> 'outcome'
        from fact where type = 'ReferralOutcomeNoted.v1'
    ) group by about, referral
),
in_hand as (
    select
        about,
        count(*) as referrals,
        count(*) filter (where in_hand) as open_referrals,
        coalesce(list(distinct unit order by unit) filter (where in_hand), []) as units
    from referred group by about
),
lasting as (
    select about, min(review_on) as review_due
    from (
        select
            about,
            nullif(
                arg_max(
                    coalesce(case type when 'OutcomeRecorded.v1' then data ->> 'review_on' else data ->> 'next_review_on' end, ''),
                    place
                ),
                ''
            )::date as review_on
        from fact where type in ('OutcomeRecorded.v1', 'OutcomeReviewed.v1') group by about, data ->> 'outcome'
    ) group by about
),
-- Contacts that are joined to it now, and cases that it is related to now.
related as (
    select
        about,
        count(*) filter (where kind = 'contact' and stands) as linked_contacts,
        count(distinct other) filter (where kind = 'case' and stands) as links
    from (
        select
            about,
            kind,
            case kind when 'contact' then key else data ->> 'other' end as other,
            case kind when 'case' then data ->> 'relation' end as relation,
            arg_max(type in ('ContactLinkedToCase.v1', 'CasesLinked.v1'), place) as stands
        from fact
        where type in ('ContactLinkedToCase.v1', 'ContactUnlinkedFromCase.v1', 'CasesLinked.v1', 'CasesUnlinked.v1')
        group by all
    ) group by about
),
counted as (
    select
        about,
        coalesce(bool_or(type = 'MandatoryReportRequired.v1'), false) as mandatory,
        max(place) filter (where type = 'MandatoryReportRequired.v1') as required_at,
        coalesce(max(place) filter (where type = 'MandatoryReportMade.v1') > required_at, false) as mandatory_made,
        coalesce(
            max(place) filter (where type = 'MandatoryReportAcknowledged.v1') > required_at, false
        ) as mandatory_acknowledged,
        arg_max(data ->> 'due', place) filter (where type = 'MandatoryReportRequired.v1')::timestamptz as mandatory_due,
        arg_max(data ->> 'post', place) filter (where type = 'MandatoryReportOverridden.v1') as override_post,
        arg_max(data ->> 'reason', place) filter (where type = 'MandatoryReportOverridden.v1') as override_reason,
        arg_max(data ->> 'ground', place) filter (where type = 'CaseNotAccepted.v1') as ground,
        arg_max(data ->> 'route', place) filter (where type = 'CaseNotAccepted.v1') as route,
        arg_max(data ->> 'callback_due', place) filter (where data ->> 'callback_due' is not null)::timestamptz as callback_due,
        count(*) filter (where type = 'CoordinationRecorded.v1') as coordinations,
        count(*) filter (where type = 'LeaderInstructionRecorded.v1') as instructions,
        coalesce(
            list(data ->> 'outcome' order by place) filter (where type = 'OutcomeRecorded.v1'), []
        ) as outcomes,
        sum((data ->> 'monthly_yuan')::bigint) filter (where type = 'OutcomeRecorded.v1')::bigint as monthly_yuan,
        count(*) filter (where type = 'CallbackAttempted.v1') as callback_attempts,
        arg_max((data ->> 'solved')::boolean, place) filter (where type = 'CallbackCompleted.v1') as solved,
        arg_max((data ->> 'satisfied')::boolean, place) filter (where type = 'CallbackCompleted.v1') as satisfied,
        count(*) filter (
            where type = 'CallbackCompleted.v1' and not (data ->> 'solved')::boolean
            and not (data ->> 'satisfied')::boolean and coalesce(data ->> 'founded' <> 'false', true)
        ) as redone,
        count(*) filter (where type = 'CaseReopened.v1') as reopened,
        arg_max(data ->> 'officer', place) filter (where type = 'AssignedToOfficer.v1') as officer,
        arg_max(occurred, place) filter (where type = 'CaseClosed.v1') as closed,
        arg_max(data ->> 'code', place) filter (where type = 'CaseClosed.v1') as closure_code,
        max(seq) as last_seq
    from fact group by about
),
placed as (
    select
        about,
        case
            when step in ('coordinated', 'referral_ended') and coalesce(open_referrals, 0) > 0 then 'in_handling'
            when step = 'coordinated' then 'awaiting_callback'
            when step = 'referral_ended' then case when handled then 'awaiting_callback' else 'accepted' end
            else step
        end as status,
        list_filter(coalesce(units, []), lambda each: each is distinct from suspect_unit) as holding
    from course
    left join in_hand using (about)
    left join triaged using (about)
)
select
    opened.about as case_id,
    opened.data ->> 'contact' as contact,
    opened.data ->> 'number' as number,
    opened.data ->> 'desk' as desk,
    triaged.region as region,
    triaged.category as category,
    triaged.age_band as age_band,
    triaged.sex as sex,
    triaged.urgency as urgency,
    triaged.contact_type as contact_type,
    placed.status as status,
    counted.mandatory as mandatory,
    counted.mandatory_made as mandatory_made,
    opened.occurred as opened,
    coalesce(in_hand.referrals, 0) as referrals,
    coalesce(in_hand.open_referrals, 0) as open_referrals,
    counted.coordinations as coordinations,
    counted.instructions as instructions,
    counted.outcomes as outcomes,
    counted.monthly_yuan as monthly_yuan,
    counted.callback_attempts as callback_attempts,
    counted.solved as solved,
    counted.satisfied as satisfied,
    counted.closed as closed,
    counted.closure_code as closure_code,
    counted.mandatory_due as mandatory_due,
    counted.mandatory_acknowledged as mandatory_acknowledged,
    counted.override_post as override_post,
    counted.override_reason as override_reason,
    triaged.suspect_unit as suspect_unit,
    counted.ground as ground,
    counted.route as route,
    case when placed.status = 'awaiting_callback' then counted.callback_due end as callback_due,
    case when placed.status <> 'archived' then lasting.review_due end as review_due,
    counted.redone as redone,
    counted.reopened as reopened,
    counted.officer as officer,
    -- The rule of services/intake/case_state.py, `holder`.
    case
        when placed.status = 'triaged' then case when counted.mandatory and not counted.mandatory_made then 'desk' end
        when placed.status not in ('accepted', 'in_handling', 'awaiting_callback') then null
        when len(placed.holding) > 0 then 'unit'
        when counted.officer is not null then 'officer'
        else 'coordinator'
    end as holder,
    case holder
        when 'desk' then [opened.data ->> 'desk']
        when 'unit' then placed.holding
        when 'officer' then [counted.officer]
        when 'coordinator' then ['coordinator']
    end as held_by,
    coalesce(related.linked_contacts, 0) as linked_contacts,
    coalesce(related.links, 0) as links,
    counted.last_seq as last_seq
from opened
join placed using (about)
join counted using (about)
left join in_hand using (about)
left join triaged using (about)
left join lasting using (about)
left join related using (about);
-- check: no case has more referrals in hand than asked for, and none rests with one in hand
select case_id from case_board
where open_referrals > referrals or (status in ('answered', 'not_accepted', 'closed', 'archived') and open_referrals > 0);
-- check: no case rests while its report to the police is open
select case_id from case_board
where mandatory and not mandatory_made and status in ('answered', 'not_accepted', 'closed', 'archived');
-- check: nobody holds what rests
select case_id from case_board
where (status in ('answered', 'not_accepted', 'closed', 'archived')) and holder is not null;
-- check: a case is one row
select case_id from case_board group by case_id having count(*) > 1;
