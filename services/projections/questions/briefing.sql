-- query: briefing (简报)
-- over: briefing_ledger
-- columns of: briefing_ledger
-- param: briefing text! | 简报标识或期号 | id of the briefing, or its number, as in 2026-3
-- order: generated, briefing
-- Each kind counts by itself, and each year: a number alone may name several.
select * from briefing_ledger
where $briefing in (
    briefing, number, year || '-' || issue_no, year || '年第' || issue_no || '期', '第' || issue_no || '期',
    '总第' || total_no || '期'
);
