-- query: resolutions (议定事项台账)
-- over: resolutions
-- columns of: resolutions
-- param: resolution text | 标识或议定事项号 | id or number of the resolution
-- param: meeting id | 会议标识 | resolutions of this meeting
-- param: unit token | 牵头单位 | resolutions that this unit leads
-- param: status token | 状态 | resolutions in this state
-- param: overdue token | 超期 | yes: those whose due day has passed on record and that nobody reported
-- order: adopted, resolution_no
select * from resolutions
where ($resolution::varchar is null or resolution = $resolution or resolution_no = $resolution)
and ($meeting::varchar is null or meeting = $meeting)
and ($unit::varchar is null or lead = $unit)
and ($status::varchar is null or status = $status)
and (
    $overdue::varchar is null
    or (overdue_working_days > 0 and status in ('adopted', 'in_progress')) = ($overdue = 'yes')
);
