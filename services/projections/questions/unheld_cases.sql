-- query: unheld_cases (无人承办个案)
-- over: case_board, referral_ledger
-- columns of: case_board
-- order: opened, case_id
-- Open, and nobody has to act: no desk, no officer, no coordinator; or a unit that has nothing of it in hand any more and
-- whose result did not reach the case. While the services follow each other for a moment, such a case may show here.
with known as (
    select
        case_id,
        count(*) as issued,
        count(*) filter (where status not in ('verified', 'returned', 'revoked', 'transferred_on', 'terminated', 'closed')) as live
    from referral_ledger where case_id is not null group by case_id
)
select case_board.* from case_board
left join known using (case_id)
where case_board.status in ('triaged', 'accepted', 'in_handling', 'awaiting_callback')
and (
    holder is null
    or (holder = 'unit' and coalesce(live, 0) = 0 and case_board.referrals <= coalesce(issued, 0))
);
