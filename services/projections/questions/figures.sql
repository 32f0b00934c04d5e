-- query: figures (时段数据)
-- over: figure_item
-- column: figure | 指标 | what is counted; a code follows the last point where there is one
-- column: value | 数值 | how many
-- param: from day! | 起始日期 | first day of the period, China time
-- param: to day! | 截止日期 | last day of the period
-- order: figure
-- The rows of figure_item say what counts where; a figure that counted nothing has no row.
select figure, sum(value)::bigint as value from figure_item
where day between $from::date and $to::date group by figure;
