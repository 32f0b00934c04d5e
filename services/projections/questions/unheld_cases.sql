-- query: unheld_cases (无人承办个案)
-- over: case_board
-- columns of: case_board
-- order: opened, case_id
-- Open, not waiting for a callback, and with no unit: nobody holds it. A case that waits for its police report is the desk's.
select * from case_board
where status in ('accepted', 'in_handling', 'triaged') and open_referrals = 0
and (status <> 'triaged' or not mandatory or mandatory_made);
