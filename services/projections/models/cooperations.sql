-- model: cooperations (配合事项台账)
-- grain: one row per co-unit of a resolution of a joint meeting, as that unit was told of it.
-- read by: the co-unit itself, the meeting office.
-- about: case when kind = 'cooperation' then key end
-- column: cooperation | 配合事项标识 | id of this unit's part
-- column: resolution_no | 议定事项号 | number of the resolution
-- column: title | 事项 | what was resolved
-- column: unit | 配合单位 | the unit that assists
-- column: lead | 牵头单位 | the one unit that leads
-- column: basis | 依据 | the rule or document that it rests on
-- column: resolution | 议定事项标识 | id of the resolution
-- column: adopted | 议定时间 | when it was adopted
-- column: due | 时限 | until when, as it stands now
-- column: provisional | 期限暂定 | it lies in a year whose calendar is not published yet
-- column: times_moved | 期限变更次数 | how often the unit was told of another due moment
-- column: ended | 结束时间 | when it was discharged or handed to another meeting
-- column: status | 状态 | code of list resolution_status: adopted until it ends
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: resolution_no, title, unit, lead, due, provisional, ended, status
with begun as (select about, route, data, occurred from fact where type = 'CooperationBegun.v1'),
course as (
    select
        about,
        arg_max((data ->> 'due')::timestamptz, place) filter (where type <> 'CooperationEnded.v1') as due,
        arg_max((data ->> 'provisional')::boolean, place) filter (where type <> 'CooperationEnded.v1') as provisional,
        count(*) filter (where type = 'CooperationDueMoved.v1' and data ->> 'old' <> data ->> 'due') as times_moved,
        max(occurred) filter (where type = 'CooperationEnded.v1') as ended,
        coalesce(max(data ->> 'ending') filter (where type = 'CooperationEnded.v1'), 'adopted') as status,
        max(seq) as last_seq
    from fact group by about
)
select
    begun.about as cooperation,
    begun.data ->> 'resolution_no' as resolution_no,
    begun.data ->> 'title' as title,
    begun.route as unit,
    begun.data ->> 'lead' as lead,
    begun.data ->> 'basis' as basis,
    begun.data ->> 'resolution' as resolution,
    begun.occurred as adopted,
    course.due as due,
    course.provisional as provisional,
    course.times_moved as times_moved,
    course.ended as ended,
    course.status as status,
    course.last_seq as last_seq
from begun join course using (about);
-- check: no unit assists in what it leads
select cooperation from cooperations where unit = lead;
-- check: a unit is told once that it assists
select resolution, unit from cooperations group by resolution, unit having count(*) > 1;
