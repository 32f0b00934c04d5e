-- model: resolutions (议定事项台账)
-- grain: one row per resolution of a joint meeting.
-- read by: the meeting office, supervisors, meeting_agenda_feed, todo, the list and the slips of resolutions.
-- about: case when kind = 'resolution' then key end
-- column: resolution | 议定事项标识 | id of the resolution
-- column: resolution_no | 议定事项号 | its number
-- column: title | 事项 | what was resolved
-- column: lead | 牵头单位 | the one unit that leads
-- column: co | 配合单位 | the units that assist
-- column: meeting | 会议标识 | the meeting that adopted it
-- column: basis | 依据 | the rule or document that it rests on
-- column: leader | 责任领导 | post of the lead that answers for it
-- column: department | 责任部门 | department of the lead
-- column: post | 责任岗位 | post of the lead that does it
-- column: adopted | 议定时间 | when it was adopted
-- column: due | 时限 | until when, as it stands now
-- column: provisional | 期限暂定 | it lies in a year whose calendar is not published yet
-- column: reported | 反馈时间 | when the lead reported, in the round in force
-- column: entered_by_proxy | 代填 | whether that report was entered for the lead
-- column: result | 落实结果 | code of list resolution_result
-- column: measures | 措施 | codes of list measure, of that report or the last progress
-- column: late | 超期反馈 | whether that report came after the due day
-- column: late_working_days | 超期工作日 | whole working days from the due day to that report
-- column: times_sent_back | 退回次数 | reports sent back
-- column: sent_back_reason | 退回理由 | of the last one, code of list sent_back_reason
-- column: extensions | 延期次数 | extensions granted
-- column: reminded | 已提醒 | whether the lead was reminded before the due day as it stands
-- column: overdue_working_days | 已超期工作日 | as last recorded on the due day as it stands; 0 when nothing is
-- column: last_threshold | 最近节点 | code of list threshold: the last step taken on that due day
-- column: discharged | 销号时间 | when it was discharged
-- column: carried_to | 结转会议 | the meeting that it was handed to
-- column: status | 状态 | code of list resolution_status
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: resolution_no, title, lead, co, due, overdue_working_days, reported, result, status
with adopted as (select about, data, occurred from fact where type = 'ResolutionAdopted.v1'),
-- A report that is sent back is no more in force; another due day settles what was reminded or overdue on the old one.
dated as (
    select
        *,
        coalesce(max(place) filter (where type = 'ResolutionSentBack.v1') over (partition by about), 0)
            < place as in_force,
        case
            when type in ('ResolutionAdopted.v1', 'ResolutionSentBack.v1', 'ResolutionExtended.v1')
                then (data ->> 'due')::timestamptz
            when type = 'ResolutionDueRecomputed.v1' then (data ->> 'new')::timestamptz
        end as due
    from fact
),
standing as (
    select
        about,
        arg_max(due, place) filter (where due is not null) as due,
        arg_max((data ->> 'provisional')::boolean, place) filter (where due is not null) as provisional
    from dated group by about
),
course as (
    select
        about,
        coalesce(
            arg_max(
                case type
                    when 'ResolutionProgressed.v1' then 'in_progress'
                    when 'ResolutionSentBack.v1' then 'in_progress'
                    when 'ResolutionReported.v1' then 'reported'
                    when 'ResolutionDischarged.v1' then 'discharged'
                    when 'ResolutionCarriedOver.v1' then 'carried_over'
                end,
                place
            ) filter (where type in (
                'ResolutionProgressed.v1', 'ResolutionSentBack.v1', 'ResolutionReported.v1', 'ResolutionDischarged.v1',
                'ResolutionCarriedOver.v1'
            )), 'adopted'
        ) as status,
        max(case when data ->> 'method' is null then recorded else occurred end) filter (
            where type = 'ResolutionReported.v1' and in_force
        ) as reported,
        max((data ->> 'method') is not null) filter (where type = 'ResolutionReported.v1' and in_force) as entered_by_proxy,
        max(data ->> 'result') filter (where type = 'ResolutionReported.v1' and in_force) as result,
        arg_max((data -> 'measures')::varchar[], place) filter (
            where type in ('ResolutionReported.v1', 'ResolutionProgressed.v1')
        ) as measures,
        max((data ->> 'late')::boolean) filter (where type = 'ResolutionReported.v1' and in_force) as late,
        max((data ->> 'late_working_days')::bigint) filter (
            where type = 'ResolutionReported.v1' and in_force
        ) as late_working_days,
        count(*) filter (where type = 'ResolutionSentBack.v1') as times_sent_back,
        arg_max(data ->> 'reason', place) filter (where type = 'ResolutionSentBack.v1') as sent_back_reason,
        count(*) filter (where type = 'ResolutionExtended.v1') as extensions,
        max(occurred) filter (where type = 'ResolutionDischarged.v1') as discharged,
        max(data ->> 'to') filter (where type = 'ResolutionCarriedOver.v1') as carried_to,
        max(seq) as last_seq
    from dated group by about
),
-- Each step of time names the due day that it was taken on.
overtaken as (
    select
        about,
        bool_or(type = 'ResolutionDueSoon.v1') as reminded,
        max((data ->> 'working_days')::bigint) filter (where type = 'ResolutionOverdue.v1') as overdue_working_days,
        arg_max(coalesce(data ->> 'threshold', 'remind'), place) as last_threshold
    from fact join standing using (about)
    where type in ('ResolutionDueSoon.v1', 'ResolutionOverdue.v1') and (data ->> 'due')::timestamptz = standing.due
    group by about
)
select
    adopted.about as resolution,
    adopted.data ->> 'resolution_no' as resolution_no,
    adopted.data ->> 'title' as title,
    adopted.data ->> 'lead' as lead,
    (adopted.data -> 'co')::varchar[] as co,
    adopted.data ->> 'meeting' as meeting,
    adopted.data ->> 'basis' as basis,
    adopted.data -> 'duty' ->> 'leader' as leader,
    adopted.data -> 'duty' ->> 'department' as department,
    adopted.data -> 'duty' ->> 'post' as post,
    adopted.occurred as adopted,
    standing.due as due,
    standing.provisional as provisional,
    course.reported as reported,
    course.entered_by_proxy as entered_by_proxy,
    course.result as result,
    course.measures as measures,
    course.late as late,
    course.late_working_days as late_working_days,
    course.times_sent_back as times_sent_back,
    course.sent_back_reason as sent_back_reason,
    course.extensions as extensions,
    coalesce(overtaken.reminded, false) as reminded,
    coalesce(overtaken.overdue_working_days, 0) as overdue_working_days,
    overtaken.last_threshold as last_threshold,
    course.discharged as discharged,
    course.carried_to as carried_to,
    course.status as status,
    course.last_seq as last_seq
from adopted
join course using (about)
join standing using (about)
left join overtaken using (about);
-- check: each resolution has one lead, apart from its co-units, and a due day (domain.md §4.3 E)
select resolution from resolutions where lead is null or due is null or list_contains(co, lead);
-- check: nothing is discharged that was not reported
select resolution from resolutions where status = 'discharged' and reported is null;
-- check: no number is given twice, and a resolution is one row
select resolution_no from resolutions group by resolution_no having count(*) > 1
union all
select resolution from resolutions group by resolution having count(*) > 1;
