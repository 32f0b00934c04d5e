-- query: calendar (工作日历)
-- column: day | 日期 | the day
-- column: is_workday | 工作日 | whether it counts as a working day
-- column: name | 名称 | name of the holiday or make-up day
-- column: source | 来源 | the State Council notice
-- column: version | 版本 | version of the calendar
-- column: provisional | 暂定 | that year is not published yet
-- glance: day, is_workday, name, source, provisional
-- param: from day | 起始日期 | from this day
-- param: to day | 截止日期 | to this day
-- order: day
select * from calendar
where ($from::date is null or day >= $from::date) and ($to::date is null or day <= $to::date);
