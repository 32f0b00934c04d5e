-- model: case_board (个案看板)
-- grain: one row per case.
-- read by: coordinators, unheld_cases, the briefing's figures.
-- about: case when kind = 'case' then key end
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
-- column: report_due | 报告期限 | until when the report to the police has to be made
-- column: opened | 立案时间 | when it was opened
-- column: referrals | 转办数 | referrals that were asked for
-- column: open_referrals | 在办转办数 | of those, neither verified nor returned
-- column: coordinations | 直接协调数 | direct coordinations
-- column: instructions | 领导批示数 | leaders' instructions
-- column: outcomes | 帮扶结果 | codes of list outcome, in order
-- column: monthly_yuan | 每月补助（元） | sum of the recorded monthly benefits, whole yuan
-- column: callback_attempts | 回访次数 | callbacks tried
-- column: solved | 已解决 | the caller's answer at the last completed callback
-- column: satisfied | 满意 | the caller's answer at the last completed callback
-- column: closed | 结案时间 | when it was closed
-- column: closure_code | 结案方式 | code of list closure_code
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, opened, region, category, urgency, status, open_referrals, mandatory, mandatory_made, outcomes, satisfied, closure_code
with opened as (select about, data, occurred from fact where type = 'CaseOpened.v1'),
triaged as (select about, data from fact where type = 'CaseTriaged.v1'),
-- The fold of services/intake/case.py: each fact that moves the status, and whether work was done by it.
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
            when 'ReferralRequested.v1' then 'in_handling'
            when 'CallbackCompleted.v1' then
                case when (data ->> 'solved')::boolean or (data ->> 'satisfied')::boolean
                    then 'awaiting_callback' else 'in_handling' end
            when 'CoordinationRecorded.v1' then 'coordinated'
            when 'ReferralOutcomeNoted.v1' then case when data ->> 'outcome' <> 'issued' then 'referral_ended' end
        end as step,
        case type
            when 'CoordinationRecorded.v1' then true
            when 'CallbackCompleted.v1' then (data ->> 'solved')::boolean or (data ->> 'satisfied')::boolean
            when 'ReferralOutcomeNoted.v1' then case when data ->> 'outcome' = 'verified' then true end
        end as handled
    from fact
),
course as (
    select
        about,
        arg_max(step, place) filter (where step is not null) as step,
        coalesce(arg_max(handled, place) filter (where handled is not null), false) as handled
    from moved group by about
),
counted as (
    select
        about,
        coalesce(bool_or(type = 'MandatoryReportRequired.v1'), false) as mandatory,
        coalesce(bool_or(type = 'MandatoryReportMade.v1'), false) as mandatory_made,
        min((data ->> 'due')::timestamptz) filter (where type = 'MandatoryReportRequired.v1') as report_due,
        count(distinct data ->> 'referral') filter (where type = 'ReferralRequested.v1') as referrals,
        count(distinct data ->> 'referral') filter (
            where type = 'ReferralOutcomeNoted.v1' and data ->> 'outcome' <> 'issued'
        ) as ended_referrals,
        count(*) filter (where type = 'CoordinationRecorded.v1') as coordinations,
        count(*) filter (where type = 'LeaderInstructionRecorded.v1') as instructions,
        coalesce(
            list(data ->> 'outcome' order by place) filter (where type = 'OutcomeRecorded.v1'), []
        ) as outcomes,
        sum((data ->> 'monthly_yuan')::bigint) filter (where type = 'OutcomeRecorded.v1')::bigint as monthly_yuan,
        count(*) filter (where type = 'CallbackAttempted.v1') as callback_attempts,
        arg_max((data ->> 'solved')::boolean, place) filter (where type = 'CallbackCompleted.v1') as solved,
        arg_max((data ->> 'satisfied')::boolean, place) filter (where type = 'CallbackCompleted.v1') as satisfied,
        max(occurred) filter (where type = 'CaseClosed.v1') as closed,
        max(data ->> 'code') filter (where type = 'CaseClosed.v1') as closure_code,
        max(seq) as last_seq
    from fact group by about
)
select
    opened.about as case_id,
    opened.data ->> 'contact' as contact,
    opened.data ->> 'number' as number,
    opened.data ->> 'desk' as desk,
    triaged.data ->> 'region' as region,
    triaged.data ->> 'category' as category,
    triaged.data ->> 'age_band' as age_band,
    triaged.data ->> 'sex' as sex,
    triaged.data ->> 'urgency' as urgency,
    triaged.data ->> 'contact_type' as contact_type,
    case
        when step in ('coordinated', 'referral_ended') and referrals > ended_referrals then 'in_handling'
        when step = 'coordinated' then 'awaiting_callback'
        when step = 'referral_ended' then case when handled then 'awaiting_callback' else 'accepted' end
        else step
    end as status,
    counted.mandatory as mandatory,
    counted.mandatory_made as mandatory_made,
    counted.report_due as report_due,
    opened.occurred as opened,
    counted.referrals as referrals,
    counted.referrals - counted.ended_referrals as open_referrals,
    counted.coordinations as coordinations,
    counted.instructions as instructions,
    counted.outcomes as outcomes,
    counted.monthly_yuan as monthly_yuan,
    counted.callback_attempts as callback_attempts,
    counted.solved as solved,
    counted.satisfied as satisfied,
    counted.closed as closed,
    counted.closure_code as closure_code,
    counted.last_seq as last_seq
from opened
join course using (about)
join counted using (about)
left join triaged using (about);
-- check: no case has more referrals ended than asked for, and none is closed with one open
select case_id from case_board where open_referrals < 0 or (status = 'closed' and open_referrals > 0);
-- check: no case left triage while its report to the police was open
select case_id from case_board where mandatory and not mandatory_made and status <> 'triaged';
-- check: a case is one row
select case_id from case_board group by case_id having count(*) > 1;
