-- query: meeting (联席会议)
-- over: meeting
-- columns of: meeting
-- param: meeting text | 会议标识或纪要文号 | id of the meeting or number of its minutes; all without it
-- param: status token | 状态 | meetings in this state
-- order: starts, meeting
select * from meeting
where ($meeting::varchar is null or meeting = $meeting or minutes_no = $meeting)
and ($status::varchar is null or status = $status);
