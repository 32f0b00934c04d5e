-- query: meeting_agenda_feed (待提请研究事项)
-- over: meeting_agenda_feed
-- columns of: meeting_agenda_feed
-- param: meeting id | 会议标识 | without what was handed to another meeting than this
-- order: since, number
select * from meeting_agenda_feed
where ($meeting::varchar is null or for_meeting is null or for_meeting = $meeting);
