-- model: referral_ledger (转办台账)
-- grain: one row per issued referral. The report columns are those of the round in force: empty again once sent back.
-- A due date moves by DueRecomputed alone: days held or granted are in it, so nobody is late for them.
-- read by: coordinators, unit_scorecard, open_deadlines, the briefing's figures.
-- about: case when kind = 'referral' then key when type = 'ReferralRequested.v1' then data ->> 'referral' end
-- column: referral | 转办标识 | id of the referral
-- column: referral_no | 转办单号 | number of the document
-- column: unit | 承办单位 | the unit it went to
-- column: category | 问题类别 | code of list category
-- column: region | 区划 | code of list region
-- column: age_band | 年龄段 | code of list age_band
-- column: urgency | 紧急程度 | code of list urgency
-- column: contact_type | 诉求类型 | code of list contact_type
-- column: matter_zh | 事项 | the matter, in Chinese
-- column: matter_en | 事项（英文） | the matter, in English
-- column: asks | 办理要求 | codes of list ask
-- column: legal_basis | 法律依据 | the laws it was issued under, as the fact says them
-- column: duty_leader | 承办领导 | post of the unit that answers for it, as issued
-- column: duty_department | 责任部门 | department of the unit that answers for it, as issued
-- column: duty_post | 责任岗位 | post that handles it, as issued
-- column: role | 主办协办 | lead or co
-- column: lead | 主办转办单 | for a co-unit, the referral of the unit that leads
-- column: lead_unit | 主办单位 | for a co-unit, the unit that leads
-- column: co_units | 协办数 | for a lead, its co-units that were not released
-- column: co_outstanding | 待协办反馈数 | of those, not reported yet
-- column: issued | 转办时间 | when it was issued
-- column: sign_policy | 签收期限规则 | id in services/deadlines.toml, as in force when it was issued
-- column: due_sign | 签收期限 | sign by, as it stands now
-- column: signed | 签收时间 | when the unit signed, as it happened
-- column: signed_late | 超期签收 | whether it signed after the due time
-- column: report_policy | 办结期限规则 | id in services/deadlines.toml, as in force when it was signed
-- column: due_report | 办结期限 | report by, as it stands now
-- column: provisional | 期限暂定 | the due time as it stands reaches into a year whose calendar is not published yet
-- column: calendar_version | 日历版本 | the calendar that the due time as it stands was counted on
-- column: reported | 办结反馈时间 | when the final report was recorded; one on paper, when it came in
-- column: entered_by_proxy | 代填 | whether that report was entered for the unit
-- column: result | 办理结果 | code of list referral_result
-- column: late | 超期反馈 | whether the report came after the due time
-- column: late_working_days | 超期工作日 | whole working days from the due day to the report
-- column: verified | 审核通过时间 | when the report was verified
-- column: times_sent_back | 退回重办次数 | how often a report was sent back or had to be done again
-- column: return_requested | 退单申请时间 | when the unit asked to be released, last
-- column: return_outcome | 退单结果 | granted, refused
-- column: designated | 指定承办 | a return was refused: the unit keeps it
-- column: overdue_working_days | 已超期工作日 | as last recorded in the round in force; 0 when nothing is
-- column: extension_asked | 待批延期 | working days of the extension that waits for a decision
-- column: extensions | 延期次数 | extensions granted
-- column: extended_days | 延期工作日 | working days granted, in all
-- column: held | 中止时间 | since when it is on hold; empty when it is not
-- column: hold_ground | 中止事由 | code of list hold_ground
-- column: held_days | 中止工作日 | working days held, in all
-- column: reminded | 已提醒 | whether the unit was reminded before the due date as it stands
-- column: last_threshold | 最近节点 | code of list threshold: the last step taken in the round in force
-- column: sign_overdue | 签收超期 | whether the sign-by time passed unsigned
-- column: status | 状态 | code of list referral_state
-- column: ended | 结束时间 | when it was closed, returned, revoked, transferred on or terminated
-- column: end_reason | 结束原因 | ground of the return, reason of the revocation, or the referral that stands in its place
-- column: case_id | 个案 | the case that asked for it; partners never see this
-- column: replaces | 替代 | the returned referral that this one replaces
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: referral_no, unit, category, region, urgency, issued, due_sign, signed, due_report, reported, result, overdue_working_days, status
with issued as (select about, data from fact where type = 'ReferralIssued.v1'),
-- Only the case knows which referral is its own (events/case.py).
requested as (select about, key as case_id, data from fact where type = 'ReferralRequested.v1'),
-- A sign-for, a report sent back and a redo each begin a round: what was reported before is no more in force. A due date
-- that moves settles what was reminded or overdue on the old one.
rounds as (
    select
        *,
        coalesce(
            max(place) filter (
                where type in ('ReferralSigned.v1', 'ReportSentBack.v1', 'ReferralRedone.v1')
            ) over (partition by about), 0
        ) < place as in_force,
        coalesce(
            max(place) filter (
                where type in ('ReferralSigned.v1', 'ReportSentBack.v1', 'ReferralRedone.v1')
                    -- A hold of no day leaves the date, and what was taken on it.
                    or (type = 'DueRecomputed.v1' and data ->> 'new' <> data ->> 'old')
            ) over (partition by about), 0
        ) < place as on_this_date
    from fact
),
-- A hold leads back to where it began: to in_handling once anything was done in the round, else to signed.
worked as (
    select
        *,
        coalesce(
            arg_max(
                case when type in ('ReferralSigned.v1', 'ReturnRefused.v1') then 'signed' else 'in_handling' end, place
            ) filter (where type in (
                'ReferralSigned.v1', 'ReturnRefused.v1', 'ProgressReported.v1', 'ReportSentBack.v1', 'ReferralRedone.v1'
            )) over (partition by about order by place), 'issued'
        ) as resumes_as
    from rounds
),
-- What the lead knows of each of its co-units.
assisting as (
    select about, step, count(*) as units from (
        select about, data ->> 'co' as co, arg_max(data ->> 'step', place) as step
        from fact where type = 'CoUnitNoted.v1' group by all
    ) group by all
),
assisted as (
    select
        about,
        coalesce(sum(units) filter (where step <> 'released'), 0)::bigint as co_units,
        coalesce(sum(units) filter (where step in ('joined', 'sent_back')), 0)::bigint as co_outstanding
    from assisting group by about
),
course as (
    select
        about,
        arg_max(
            case type
                when 'ReferralIssued.v1' then 'issued'
                when 'ReferralSigned.v1' then 'signed'
                when 'ProgressReported.v1' then 'in_handling'
                when 'FinalReported.v1' then 'reported'
                when 'ReportVerified.v1' then 'verified'
                when 'ReportSentBack.v1' then 'in_handling'
                when 'ReferralRedone.v1' then 'in_handling'
                when 'ReferralHeld.v1' then 'on_hold'
                when 'ReferralResumed.v1' then resumes_as
                when 'ReferralRevoked.v1' then 'revoked'
                when 'ReferralTransferred.v1' then 'transferred_on'
                when 'ReferralTerminated.v1' then 'terminated'
                when 'ReferralClosed.v1' then 'closed'
                when 'ReturnRequested.v1' then 'return_requested'
                when 'ReturnGranted.v1' then 'returned'
                when 'ReturnRefused.v1' then 'signed'
            end,
            place
        ) filter (where type in (
            'ReferralIssued.v1', 'ReferralSigned.v1', 'ProgressReported.v1', 'FinalReported.v1', 'ReportVerified.v1',
            'ReportSentBack.v1', 'ReferralRedone.v1', 'ReturnRequested.v1', 'ReturnGranted.v1', 'ReturnRefused.v1',
            'ReferralHeld.v1', 'ReferralResumed.v1', 'ReferralRevoked.v1', 'ReferralTransferred.v1',
            'ReferralTerminated.v1', 'ReferralClosed.v1'
        )) as status,
        -- Signing counts from the day it happened, a report from the day it was recorded (services/referral).
        max(occurred) filter (where type = 'ReferralSigned.v1') as signed,
        max((data ->> 'late')::boolean) filter (where type = 'ReferralSigned.v1') as signed_late,
        arg_max(coalesce(data ->> 'due_report', data ->> 'new')::timestamptz, place) filter (
            where type in ('ReferralSigned.v1', 'ReportSentBack.v1', 'ReferralRedone.v1')
            or (type = 'DueRecomputed.v1' and data ->> 'awaited' = 'report')
        ) as due_report,
        arg_max((data ->> 'new')::timestamptz, place) filter (
            where type = 'DueRecomputed.v1' and data ->> 'awaited' = 'sign'
        ) as due_sign_moved,
        arg_max((data ->> 'provisional')::boolean, place) filter (
            where type in (
                'ReferralIssued.v1', 'ReferralSigned.v1', 'ReportSentBack.v1', 'ReferralRedone.v1', 'DueRecomputed.v1'
            )
        ) as provisional,
        arg_max(data ->> 'calendar_version', place) filter (
            where data ->> 'calendar_version' is not null and type in (
                'ReferralIssued.v1', 'ReferralSigned.v1', 'ReportSentBack.v1', 'ReferralRedone.v1', 'DueRecomputed.v1'
            )
        ) as calendar_version,
        max(case when data ->> 'method' is null then recorded else occurred end) filter (
            where type = 'FinalReported.v1' and in_force
        ) as reported,
        max((data ->> 'method') is not null) filter (where type = 'FinalReported.v1' and in_force) as entered_by_proxy,
        max(data ->> 'result') filter (where type = 'FinalReported.v1' and in_force) as result,
        max((data ->> 'late')::boolean) filter (where type = 'FinalReported.v1' and in_force) as late,
        max((data ->> 'late_working_days')::bigint) filter (
            where type = 'FinalReported.v1' and in_force
        ) as late_working_days,
        max(recorded) filter (where type = 'ReportVerified.v1' and in_force) as verified,
        count(*) filter (where type in ('ReportSentBack.v1', 'ReferralRedone.v1')) as times_sent_back,
        max(recorded) filter (where type = 'ReturnRequested.v1') as return_requested,
        arg_max(case type when 'ReturnGranted.v1' then 'granted' else 'refused' end, place) filter (
            where type in ('ReturnGranted.v1', 'ReturnRefused.v1')
        ) as return_outcome,
        coalesce(bool_or(type = 'ReturnRefused.v1'), false) as designated,
        coalesce(max((data ->> 'working_days')::bigint) filter (
            where type = 'ReferralOverdue.v1' and on_this_date
        ), 0) as overdue_working_days,
        -- A report lapses the request (services/referral/referral_history.py).
        case when arg_max(type, place) filter (where type in (
            'ExtensionRequested.v1', 'ExtensionGranted.v1', 'ExtensionRefused.v1', 'FinalReported.v1'
        )) = 'ExtensionRequested.v1' then
            arg_max((data ->> 'working_days')::bigint, place) filter (where type = 'ExtensionRequested.v1')
        end as extension_asked,
        count(*) filter (where type = 'ExtensionGranted.v1') as extensions,
        coalesce(sum((data ->> 'working_days')::bigint) filter (where type = 'ExtensionGranted.v1'), 0)::bigint
            as extended_days,
        arg_max(data ->> 'lead', place) filter (where type = 'LeadChanged.v1') as lead,
        arg_max(data ->> 'lead_unit', place) filter (where type = 'LeadChanged.v1') as lead_unit,
        max(occurred) filter (where type = 'ReferralHeld.v1') as held,
        arg_max(data ->> 'ground', place) filter (where type = 'ReferralHeld.v1') as hold_ground,
        coalesce(sum((data ->> 'working_days')::bigint) filter (where type = 'ReferralResumed.v1'), 0)::bigint
            as held_days,
        coalesce(bool_or(type = 'DueSoon.v1' and on_this_date), false) as reminded,
        arg_max(case type when 'DueSoon.v1' then 'remind' when 'SignOverdue.v1' then 'urge' else data ->> 'threshold' end, place)
            filter (where type in ('DueSoon.v1', 'SignOverdue.v1', 'ReferralOverdue.v1') and on_this_date)
            as last_threshold,
        max(recorded) filter (where type in (
            'ReferralClosed.v1', 'ReturnGranted.v1', 'ReferralRevoked.v1', 'ReferralTransferred.v1',
            'ReferralTerminated.v1'
        )) as ended,
        max(coalesce(data ->> 'ground', data ->> 'reason', data ->> 'to')) filter (where type in (
            'ReturnGranted.v1', 'ReferralRevoked.v1', 'ReferralTransferred.v1'
        )) as end_reason,
        coalesce(bool_or(type = 'SignOverdue.v1'), false) as sign_overdue,
        max(seq) as last_seq
    from worked group by about
)
select
    issued.about as referral,
    issued.data ->> 'referral_no' as referral_no,
    issued.data ->> 'unit' as unit,
    issued.data ->> 'category' as category,
    issued.data ->> 'region' as region,
    issued.data ->> 'age_band' as age_band,
    issued.data ->> 'urgency' as urgency,
    issued.data ->> 'contact_type' as contact_type,
    issued.data ->> 'matter_zh' as matter_zh,
    issued.data ->> 'matter_en' as matter_en,
    (issued.data -> 'asks')::varchar[] as asks,
    (issued.data -> 'legal_basis')::varchar[] as legal_basis,
    issued.data -> 'duty' ->> 'leader' as duty_leader,
    issued.data -> 'duty' ->> 'department' as duty_department,
    issued.data -> 'duty' ->> 'post' as duty_post,
    coalesce(issued.data ->> 'role', 'lead') as role,
    coalesce(course.lead, issued.data ->> 'lead') as lead,
    coalesce(course.lead_unit, issued.data ->> 'lead_unit') as lead_unit,
    coalesce(assisted.co_units, 0) as co_units,
    coalesce(assisted.co_outstanding, 0) as co_outstanding,
    (issued.data ->> 'issued')::timestamptz as issued,
    issued.data ->> 'sign_policy' as sign_policy,
    coalesce(course.due_sign_moved, (issued.data ->> 'due_sign')::timestamptz) as due_sign,
    course.signed as signed,
    course.signed_late as signed_late,
    issued.data ->> 'report_policy' as report_policy,
    course.due_report as due_report,
    course.provisional as provisional,
    course.calendar_version as calendar_version,
    course.reported as reported,
    course.entered_by_proxy as entered_by_proxy,
    course.result as result,
    course.late as late,
    course.late_working_days as late_working_days,
    course.verified as verified,
    course.times_sent_back as times_sent_back,
    course.return_requested as return_requested,
    course.return_outcome as return_outcome,
    course.designated as designated,
    course.overdue_working_days as overdue_working_days,
    course.extension_asked as extension_asked,
    course.extensions as extensions,
    course.extended_days as extended_days,
    case when course.status = 'on_hold' then course.held end as held,
    case when course.status = 'on_hold' then course.hold_ground end as hold_ground,
    course.held_days as held_days,
    course.reminded as reminded,
    course.last_threshold as last_threshold,
    course.sign_overdue as sign_overdue,
    course.status as status,
    course.ended as ended,
    course.end_reason as end_reason,
    requested.case_id as case_id,
    requested.data ->> 'replaces' as replaces,
    course.last_seq as last_seq
from issued
join course using (about)
left join requested using (about)
left join assisted using (about);
-- check: nothing is reported unsigned, verified unreported, or in two rows
select referral from referral_ledger
where (reported is not null and signed is null) or (verified is not null and reported is null)
union all
select referral from referral_ledger group by referral having count(*) > 1;
-- check: every referral has one of the known states
select referral from referral_ledger where status is null;
