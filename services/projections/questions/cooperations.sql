-- query: cooperations (配合事项台账)
-- over: cooperations
-- columns of: cooperations
-- param: resolution text | 标识或议定事项号 | id or number of the resolution
-- param: unit token | 配合单位 | of this unit; a unit gets its own in any case
-- param: status token | 状态 | in this state: adopted, discharged or carried_over
-- order: adopted, resolution_no, unit
select * from cooperations
where ($resolution::varchar is null or resolution = $resolution or resolution_no = $resolution)
and ($unit::varchar is null or unit = $unit)
and ($status::varchar is null or status = $status);
