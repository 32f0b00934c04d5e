-- query: todo (今日待办)
-- over: contact_register, case_board, referral_ledger, supervision_ledger, briefing_ledger, meeting, resolutions
-- column: light | 灯 | code of list colour
-- column: task | 待办 | code of list task
-- column: number | 编号 | number of the case, referral, notice or resolution; empty while there is none
-- column: unit | 单位 | the unit concerned
-- column: matter | 事项 | code of list category
-- column: due | 期限 | until when; empty where no period runs
-- column: working_days | 剩余工作日 | working days left after today; below zero: over
-- column: identity | 标识 | id that the command takes
-- column: command | 命令 | the next step
-- column: urgency | 紧急程度 | code of list urgency
-- glance: light, task, number, unit, matter, urgency, due, working_days
-- param: role token! | 角色 | whose list: coordinator, supervisor, duty_officer, unit
-- param: now moment! | 时点 | the moment to judge by, with an offset
-- param: unit token | 单位 | of this unit; a unit gets its own in any case
-- param: desk token | 值班台 | of this desk
-- order: place, due nulls last, urgency, number, identity, task
-- Colours by domain.md §4.3 D: red over, yellow at most a working day or a quarter of the period left, blue at most half.
with days as (select day, sum(is_workday::bigint) over (order by day) as n from calendar),
work as (
    select
        'report_to_police' as task, number, null as unit, category, urgency, opened as since, mandatory_due as due,
        case_id as identity, desk, ['duty_officer', 'coordinator', 'supervisor'] as roles
    from case_board where holder is not null and mandatory and not mandatory_made
    union all
    select 'note_police_receipt', number, null, category, urgency, null, null, case_id, desk, ['duty_officer', 'coordinator']
    from case_board where holder is not null and mandatory_made and not mandatory_acknowledged
    union all
    select 'finish_form', number, null, category, urgency, started, null, contact, desk, ['duty_officer']
    from contact_register where status = 'draft'
    union all
    select 'refer', number, null, category, urgency, null, null, case_id, desk, ['coordinator']
    from case_board where status in ('accepted', 'in_handling') and open_referrals = 0
    union all
    select 'call_back', number, null, category, urgency, null, callback_due, case_id, desk, ['coordinator']
    from case_board where status = 'awaiting_callback' and solved is null
    union all
    select 'close', number, null, category, urgency, null, null, case_id, desk, ['coordinator']
    from case_board where status = 'awaiting_callback' and solved is not null
    union all
    -- Shown in the week before; the day itself is still in time.
    select
        'review', number, null, category, urgency, null,
        timezone('Asia/Shanghai', review_due + interval 1 day) - interval 1 microsecond, case_id, desk, ['coordinator']
    from case_board
    where status <> 'archived' and review_due <= timezone('Asia/Shanghai', $now::timestamptz)::date + 7
    union all
    select 'decide_return', referral_no, unit, category, urgency, return_requested, due_report, referral, null, ['coordinator']
    from referral_ledger where status = 'return_requested'
    union all
    select
        'decide_extension', referral_no, unit, category, urgency, signed, due_report, referral, null,
        ['coordinator', 'supervisor']
    from referral_ledger where extension_asked is not null and status in ('signed', 'in_handling')
    union all
    select 'resume', referral_no, unit, category, urgency, held, null, referral, null, ['coordinator']
    from referral_ledger where status = 'on_hold'
    union all
    select 'verify', referral_no, unit, category, urgency, reported, null, referral, null, ['coordinator']
    from referral_ledger where status = 'reported'
    union all
    select 'sign', referral_no, unit, category, urgency, issued, due_sign, referral, null, ['unit']
    from referral_ledger where status = 'issued'
    union all
    select 'report', referral_no, unit, category, urgency, signed, due_report, referral, null, ['unit']
    from referral_ledger where status in ('signed', 'in_handling')
    union all
    select
        'chase', referral_no, unit, category, urgency, coalesce(signed, issued),
        case status when 'issued' then due_sign else due_report end, referral, null, ['supervisor']
    from referral_ledger
    where (status = 'issued' and due_sign < $now::timestamptz)
        or (status in ('signed', 'in_handling') and due_report < $now::timestamptz)
    union all
    select
        case status when 'drafted' then 'sign_off' when 'signed_off' then 'serve' else 'judge_reply' end,
        doc_no, unit, null, null, drafted, null, notice, null, ['supervisor']
    from supervision_ledger where status in ('drafted', 'signed_off', 'replied')
    union all
    select 'escalate', doc_no, unit, null, null, served, reply_due, notice, null, ['supervisor']
    from supervision_ledger
    where status in ('served', 'acknowledged') and reply_overdue and escalated_to is null and level between 1 and 4
    union all
    select
        case status when 'served' then 'acknowledge' else 'reply' end, doc_no, unit, null, null, served, reply_due,
        notice, null, ['unit']
    -- A reminder asks for nothing but the report itself.
    from supervision_ledger where status in ('served', 'acknowledged') and level > 0
    union all
    -- Whoever generated a briefing finds it here too, and is refused: the list is a role's.
    select 'review_briefing', null, null, null, null, generated, null, briefing, null, ['supervisor', 'coordinator']
    from briefing_ledger where status = 'generated'
    union all
    select 'issue_briefing', null, null, null, null, reviewed, null, briefing, null, ['supervisor']
    from briefing_ledger where status = 'reviewed'
    union all
    -- Before it begins: call the units, settle the agenda. After that: the minutes, step by step.
    select
        case status
            when 'planned' then 'notify_meeting' when 'notified' then 'freeze_agenda' when 'agenda_frozen' then 'hold_meeting'
            when 'held' then 'draft_minutes' when 'minutes_signed' then 'distribute_minutes' else 'close_meeting'
        end,
        minutes_no, null, null, null, null, case when held is null then starts end, meeting, null, ['coordinator']
    from meeting
    where status in ('planned', 'notified', 'agenda_frozen', 'held', 'minutes_signed')
        or (status = 'in_follow_up' and open_resolutions = 0)
    union all
    select 'sign_minutes', null, null, null, null, held, null, meeting, null, ['supervisor']
    from meeting where status = 'minutes_drafted'
    union all
    select 'discharge_resolution', resolution_no, lead, null, null, reported, null, resolution, null, ['coordinator']
    from resolutions where status = 'reported'
    union all
    select 'report_resolution', resolution_no, lead, null, null, adopted, due, resolution, null, ['unit']
    from resolutions where status in ('adopted', 'in_progress')
    union all
    select 'chase_resolution', resolution_no, lead, null, null, adopted, due, resolution, null, ['supervisor']
    from resolutions where status in ('adopted', 'in_progress') and due < $now::timestamptz
),
mine as (
    select *, $now::timestamptz as now from work
    where list_contains(roles, $role)
        and ($unit::varchar is null or unit = $unit)
        and ($desk::varchar is null or desk is null or desk = $desk)
),
counted as (
    select mine.*, until.n - today.n as working_days
    from mine
    left join days as until on until.day = timezone('Asia/Shanghai', mine.due)::date
    left join days as today on today.day = timezone('Asia/Shanghai', mine.now)::date
),
lit as (
    select
        *,
        case
            when due is null then null
            when due < now then 'red'
            when working_days <= 1 or epoch(due - now) * 4 <= epoch(due - coalesce(since, now)) then 'yellow'
            when epoch(due - now) * 2 <= epoch(due - coalesce(since, now)) then 'blue'
            else 'green'
        end as light
    from counted
)
select
    lit.light,
    lit.task,
    lit.number,
    lit.unit,
    lit.category as matter,
    lit.due,
    lit.working_days,
    lit.identity,
    code.family as command,
    lit.urgency,
    case lit.task when 'report_to_police' then 0
        else case lit.light when 'red' then 1 when 'yellow' then 2 else 3 end
    end as place
from lit
join code on code.list = 'task' and code.code = lit.task;
