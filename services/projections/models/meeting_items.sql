-- model: meeting_items (会议议题)
-- grain: one row per agenda item of a meeting, withdrawn ones included.
-- read by: the meeting office, the papers of a meeting, meeting_agenda_feed.
-- about: case when kind = 'meeting' then data ->> 'item' end
-- column: item | 议题标识 | id of the item
-- column: meeting | 会议标识 | id of the meeting
-- column: ordinal | 次序 | orders the items of a meeting as they were proposed
-- column: kind | 类别 | code of list agenda_kind
-- column: title | 议题 | its title
-- column: number | 文号 | number of the referral, notice or resolution that it is about
-- column: unit | 责任单位 | the unit concerned
-- column: category | 问题类别 | code of list category
-- column: region | 区划 | code of list region
-- column: why | 提请理由 | code of list agenda_why
-- column: since | 起始时间 | since when that has been so
-- column: withdrawn | 已撤下 | whether it was taken from the agenda
-- column: outcome | 结果 | code of list item_outcome
-- column: resolutions | 议定事项 | numbers of the resolutions that were adopted on it
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: item, kind, title, number, unit, why, since, outcome, resolutions
with proposed as (
    select
        about,
        arg_max(key, place) as meeting,
        max(place) as ordinal,
        arg_max(data, place) as data
    from fact where type = 'AgendaItemProposed.v1' group by about
),
course as (
    select
        about,
        coalesce(max(place) filter (where type = 'AgendaItemWithdrawn.v1'), 0) as withdrawn_at,
        arg_max(data ->> 'outcome', place) filter (where type = 'ItemDiscussed.v1') as outcome,
        list(data ->> 'resolution_no' order by place) filter (where type = 'ResolutionRecorded.v1') as resolutions,
        max(seq) as last_seq
    from fact group by about
)
select
    proposed.about as item,
    proposed.meeting as meeting,
    proposed.ordinal as ordinal,
    proposed.data ->> 'kind' as kind,
    proposed.data ->> 'title' as title,
    proposed.data ->> 'number' as number,
    proposed.data ->> 'unit' as unit,
    proposed.data ->> 'category' as category,
    proposed.data ->> 'region' as region,
    proposed.data ->> 'why' as why,
    (proposed.data ->> 'since')::timestamptz as since,
    course.withdrawn_at > proposed.ordinal as withdrawn,
    course.outcome as outcome,
    course.resolutions as resolutions,
    course.last_seq as last_seq
from proposed
join course using (about);
-- check: what was withdrawn is neither discussed nor resolved upon
select item from meeting_items where withdrawn and (outcome is not null or len(resolutions) > 0);
-- check: an item is one row
select item from meeting_items group by item having count(*) > 1;
