-- model: referral_ledger (转办台账)
-- grain: one row per issued referral. The report columns are those of the round in force: empty again once sent back.
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
-- column: issued | 转办时间 | when it was issued
-- column: due_sign | 签收期限 | sign by
-- column: signed | 签收时间 | when the unit signed, as it happened
-- column: signed_late | 超期签收 | whether it signed after the due time
-- column: due_report | 办结期限 | report by, as it stands now
-- column: provisional | 期限暂定 | the due time as it stands reaches into a year whose calendar is not published yet
-- column: reported | 办结反馈时间 | when the final report was recorded
-- column: result | 办理结果 | code of list referral_result
-- column: late | 超期反馈 | whether the report came after the due time
-- column: late_working_days | 超期工作日 | whole working days from the due day to the report
-- column: verified | 审核通过时间 | when the report was verified
-- column: times_sent_back | 退回重办次数 | how often a report was sent back
-- column: return_requested | 退单申请时间 | when the unit asked to be released, last
-- column: return_outcome | 退单结果 | granted, refused
-- column: designated | 指定承办 | a return was refused: the unit keeps it
-- column: overdue_working_days | 已超期工作日 | as last recorded in the round in force; 0 when nothing is
-- column: sign_overdue | 签收超期 | whether the sign-by time passed unsigned
-- column: status | 状态 | issued, signed, in_handling, reported, verified, return_requested, returned
-- column: case_id | 个案 | the case that asked for it; partners never see this
-- column: replaces | 替代 | the returned referral that this one replaces
-- column: last_seq | 事件号 | the commit behind the newest change
with issued as (select about, data from fact where type = 'ReferralIssued.v1'),
-- Only the case knows which referral is its own (events/case.py).
requested as (select about, key as case_id, data from fact where type = 'ReferralRequested.v1'),
-- A sign-for and a report sent back each begin a round: what was overdue or reported before is no more in force.
rounds as (
    select
        *,
        coalesce(
            max(place) filter (where type in ('ReferralSigned.v1', 'ReportSentBack.v1')) over (partition by about), 0
        ) < place as in_force
    from fact
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
                when 'ReturnRequested.v1' then 'return_requested'
                when 'ReturnGranted.v1' then 'returned'
                when 'ReturnRefused.v1' then 'signed'
            end,
            place
        ) filter (where kind = 'referral' and type not in ('SignOverdue.v1', 'DueSoon.v1', 'ReferralOverdue.v1')) as status,
        -- Signing counts from the day it happened, a report from the day it was recorded (services/referral).
        max(occurred) filter (where type = 'ReferralSigned.v1') as signed,
        max((data ->> 'late')::boolean) filter (where type = 'ReferralSigned.v1') as signed_late,
        arg_max((data ->> 'due_report')::timestamptz, place) filter (
            where type in ('ReferralSigned.v1', 'ReportSentBack.v1')
        ) as due_report,
        arg_max((data ->> 'provisional')::boolean, place) filter (
            where type in ('ReferralIssued.v1', 'ReferralSigned.v1', 'ReportSentBack.v1')
        ) as provisional,
        max(recorded) filter (where type = 'FinalReported.v1' and in_force) as reported,
        max(data ->> 'result') filter (where type = 'FinalReported.v1' and in_force) as result,
        max((data ->> 'late')::boolean) filter (where type = 'FinalReported.v1' and in_force) as late,
        max((data ->> 'late_working_days')::bigint) filter (
            where type = 'FinalReported.v1' and in_force
        ) as late_working_days,
        max(recorded) filter (where type = 'ReportVerified.v1') as verified,
        count(*) filter (where type = 'ReportSentBack.v1') as times_sent_back,
        max(recorded) filter (where type = 'ReturnRequested.v1') as return_requested,
        arg_max(case type when 'ReturnGranted.v1' then 'granted' else 'refused' end, place) filter (
            where type in ('ReturnGranted.v1', 'ReturnRefused.v1')
        ) as return_outcome,
        coalesce(bool_or(type = 'ReturnRefused.v1'), false) as designated,
        coalesce(max((data ->> 'working_days')::bigint) filter (
            where type = 'ReferralOverdue.v1' and in_force
        ), 0) as overdue_working_days,
        coalesce(bool_or(type = 'SignOverdue.v1'), false) as sign_overdue,
        max(seq) as last_seq
    from rounds group by about
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
    (issued.data ->> 'issued')::timestamptz as issued,
    (issued.data ->> 'due_sign')::timestamptz as due_sign,
    course.signed as signed,
    course.signed_late as signed_late,
    course.due_report as due_report,
    course.provisional as provisional,
    course.reported as reported,
    course.result as result,
    course.late as late,
    course.late_working_days as late_working_days,
    course.verified as verified,
    course.times_sent_back as times_sent_back,
    course.return_requested as return_requested,
    course.return_outcome as return_outcome,
    course.designated as designated,
    course.overdue_working_days as overdue_working_days,
    course.sign_overdue as sign_overdue,
    course.status as status,
    requested.case_id as case_id,
    requested.data ->> 'replaces' as replaces,
    course.last_seq as last_seq
from issued
join course using (about)
left join requested using (about);
-- check: nothing is reported unsigned, verified unreported, or in two rows
select referral from referral_ledger
where (reported is not null and signed is null) or (verified is not null and reported is null)
union all
select referral from referral_ledger group by referral having count(*) > 1;
-- check: every referral has one of the known states
select referral from referral_ledger where status is null;
