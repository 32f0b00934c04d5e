-- query: case_board (个案看板)
-- over: case_board
-- columns of: case_board
-- param: status token | 状态 | cases in this state
-- param: region token | 区划 | cases of this region
-- order: opened, case_id
select * from case_board
where ($status::varchar is null or status = $status)
and ($region::varchar is null or region = $region);
