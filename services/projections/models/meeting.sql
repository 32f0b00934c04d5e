-- model: meeting (联席会议)
-- grain: one row per joint meeting, cancelled ones included.
-- read by: the meeting office, the papers of a meeting, todo.
-- about: case when kind = 'meeting' then key end
-- column: meeting | 会议标识 | id of the meeting
-- column: organ | 领导机构 | code of list organ
-- column: starts | 会议时间 | when it begins
-- column: place | 地点 | where it is held
-- column: chair | 主持 | the post that takes the chair
-- column: regions | 区划 | codes of list region; empty: the whole city
-- column: units | 通知单位 | the units that were called to it
-- column: items | 议题数 | items on its agenda
-- column: briefing | 简报 | the briefing that was laid before it
-- column: as_of_position | 截至位置 | the ledger position of that briefing's figures
-- column: figures_digest | 数据摘要 | digest of the figures that its minutes may print
-- column: held | 召开登记时间 | when the attendance was recorded
-- column: present | 出席 | units that were present
-- column: excused | 请假 | units that were excused
-- column: observers | 列席 | units that observed
-- column: resolutions | 议定事项数 | resolutions adopted
-- column: open_resolutions | 未销号数 | of those, neither discharged nor carried over, as the meeting has heard
-- column: minutes_no | 纪要文号 | number of the signed minutes
-- column: signatory | 签发人职务 | post that signed them
-- column: signed | 签发时间 | when they were signed
-- column: restatement | 更正简报 | the briefing whose figures they print instead
-- column: distributed_to | 分送单位 | the units they went to
-- column: cancel_reason | 取消理由 | code of list cancel_reason
-- column: status | 状态 | code of list meeting_status
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: meeting, starts, organ, place, status, items, resolutions, open_resolutions, minutes_no
with planned as (select about, data from fact where type = 'MeetingPlanned.v1'),
-- An item that was withdrawn may be proposed again: its last word counts.
on_agenda as (
    select about, count(*) filter (where last = 'AgendaItemProposed.v1') as items from (
        select about, data ->> 'item' as item, arg_max(type, place) as last
        from fact where type in ('AgendaItemProposed.v1', 'AgendaItemWithdrawn.v1') group by all
    ) group by about
),
resolved as (
    select
        about,
        count(*) as resolutions,
        count(*) filter (where heard is null or heard not in ('discharged', 'carried_over')) as open_resolutions
    from (
        select
            about,
            data ->> 'resolution' as resolution,
            arg_max(data ->> 'status', place) filter (where type = 'ResolutionNoted.v1') as heard
        from fact where type in ('ResolutionRecorded.v1', 'ResolutionNoted.v1') group by all
    ) group by about
),
course as (
    select
        about,
        arg_max((data -> 'units')::varchar[], place) filter (where type = 'NotificationSent.v1') as units,
        max(data ->> 'briefing') filter (where type = 'AgendaFrozen.v1') as briefing,
        max((data ->> 'as_of_position')::bigint) filter (where type = 'AgendaFrozen.v1') as as_of_position,
        max(data ->> 'figures_digest') filter (where type = 'AgendaFrozen.v1') as figures_digest,
        max(occurred) filter (where type = 'AttendanceRecorded.v1') as held,
        arg_max((data -> 'present')::varchar[], place) filter (where type = 'AttendanceRecorded.v1') as present,
        arg_max((data -> 'excused')::varchar[], place) filter (where type = 'AttendanceRecorded.v1') as excused,
        arg_max((data -> 'observers')::varchar[], place) filter (where type = 'AttendanceRecorded.v1') as observers,
        max(data ->> 'doc_no') filter (where type = 'MinutesSigned.v1') as minutes_no,
        max(data ->> 'signatory') filter (where type = 'MinutesSigned.v1') as signatory,
        max(occurred) filter (where type = 'MinutesSigned.v1') as signed,
        max(data ->> 'restatement') filter (where type = 'MinutesSigned.v1') as restatement,
        arg_max((data -> 'units')::varchar[], place) filter (where type = 'MinutesDistributed.v1') as distributed_to,
        max(data ->> 'reason') filter (where type = 'MeetingCancelled.v1') as cancel_reason,
        arg_max(
            case type
                when 'MeetingPlanned.v1' then 'planned'
                when 'NotificationSent.v1' then 'notified'
                when 'AgendaFrozen.v1' then 'agenda_frozen'
                when 'AttendanceRecorded.v1' then 'held'
                when 'MinutesDrafted.v1' then 'minutes_drafted'
                when 'MinutesSigned.v1' then 'minutes_signed'
                when 'MinutesDistributed.v1' then 'in_follow_up'
                when 'MeetingClosed.v1' then 'closed'
                when 'MeetingCancelled.v1' then 'cancelled'
            end,
            place
        ) filter (where type in (
            'MeetingPlanned.v1', 'NotificationSent.v1', 'AgendaFrozen.v1', 'AttendanceRecorded.v1', 'MinutesDrafted.v1',
            'MinutesSigned.v1', 'MinutesDistributed.v1', 'MeetingClosed.v1', 'MeetingCancelled.v1'
        )) as status,
        max(seq) as last_seq
    from fact group by about
)
select
    planned.about as meeting,
    planned.data ->> 'organ' as organ,
    (planned.data ->> 'starts')::timestamptz as starts,
    planned.data ->> 'place' as place,
    planned.data ->> 'chair' as chair,
    (planned.data -> 'regions')::varchar[] as regions,
    course.units as units,
    coalesce(on_agenda.items, 0) as items,
    course.briefing as briefing,
    course.as_of_position as as_of_position,
    course.figures_digest as figures_digest,
    course.held as held,
    course.present as present,
    course.excused as excused,
    course.observers as observers,
    coalesce(resolved.resolutions, 0) as resolutions,
    coalesce(resolved.open_resolutions, 0) as open_resolutions,
    course.minutes_no as minutes_no,
    course.signatory as signatory,
    course.signed as signed,
    course.restatement as restatement,
    course.distributed_to as distributed_to,
    course.cancel_reason as cancel_reason,
    course.status as status,
    course.last_seq as last_seq
from planned
join course using (about)
left join on_agenda using (about)
left join resolved using (about);
-- check: no meeting is closed while a resolution of its own is open
select meeting from meeting where status = 'closed' and open_resolutions > 0;
-- check: what was held had an agenda and a briefing before it
select meeting from meeting where held is not null and (briefing is null or items = 0);
-- check: no minutes share a number, and a meeting is one row
select minutes_no from meeting where minutes_no is not null group by minutes_no having count(*) > 1
union all
select meeting from meeting group by meeting having count(*) > 1;
