-- query: hotline_daily (热线日报)
-- over: hotline_daily
-- columns of: hotline_daily
-- param: from day | 起始日期 | from this day
-- param: to day | 截止日期 | to this day
-- param: desk token | 值班台 | this desk only
-- order: day, desk
select * from hotline_daily
where ($from::date is null or day >= $from::date)
and ($to::date is null or day <= $to::date)
and ($desk::varchar is null or desk = $desk);
