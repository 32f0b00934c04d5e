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
-- A year that came with the program, and over it what the ledger says was published since (CalendarPublished).
with notice as (
    select
        (data ->> 'year')::bigint as year,
        data ->> 'title' as title,
        data ->> 'calendar_version' as version,
        data -> 'holidays' as holidays,
        coalesce((data ->> 'amends')::boolean, false) as amends,
        seq
    from event_log where type = 'CalendarPublished.v1'
    -- Of a year that was amended, the last notice.
    qualify row_number() over (partition by (data ->> 'year')::bigint order by seq desc) = 1
),
holiday as (select year, title, version, unnest(holidays::json[]) as holiday from notice),
special as (
    select year, title, version, holiday ->> 'name' as name, unnest((holiday -> 'off')::date[]) as day, false as work from holiday
    union all
    select year, title, version, holiday ->> 'name' as name, unnest((holiday -> 'work')::date[]) as day, true as work from holiday
),
newest as (select max(year) as year, arg_max(version, seq) as version from notice),
day as (
    select * from calendar
    union all
    -- The year after the last published one, provisionally: deadlines reach into it.
    select d::date, isodow(d) < 6, '', '', newest.version, true
    from newest, range((select max(day) + 1 from calendar)::timestamp, make_timestamp(newest.year + 2, 1, 1, 0, 0, 0), interval 1 day) as r(d)
),
answered as (
    select
        day.day as day,
        -- A day that the notice of an amended year does not name any more is what its weekday says.
        coalesce(special.work, case when replaced.year is null then day.is_workday else isodow(day.day) < 6 end) as is_workday,
        coalesce(special.name, case when replaced.year is null then day.name else '' end) as name,
        coalesce(special.title, notice.title, day.source) as source,
        coalesce(newest.version, day.version) as version,
        day.provisional and (newest.year is null or day.day >= make_date(newest.year, 12, 29)) as provisional
    from day
    cross join newest
    left join special on special.day = day.day
    left join notice on notice.year = year(day.day)
    -- The last days of a year are the next notice's to move.
    left join notice as replaced on replaced.amends and replaced.year = year(day.day) and day.day < make_date(replaced.year, 12, 29)
)
select * from answered
where ($from::date is null or day >= $from::date) and ($to::date is null or day <= $to::date);
