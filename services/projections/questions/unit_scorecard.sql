-- query: unit_scorecard (单位办理情况)
-- over: unit_scorecard
-- columns of: unit_scorecard
-- param: unit token | 单位代码 | this unit only
-- order: unit
select * from unit_scorecard where ($unit::varchar is null or unit = $unit);
