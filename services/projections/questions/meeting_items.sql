-- query: meeting_items (会议议题)
-- over: meeting_items
-- columns of: meeting_items
-- param: meeting id | 会议标识 | items of this meeting
-- order: ordinal, item
select * from meeting_items where ($meeting::varchar is null or meeting = $meeting);
