-- query: overridden_reports (先于强制报告办理的个案)
-- over: case_board
-- columns of: case_board
-- order: mandatory_due, case_id
-- For supervision: work began before the report to the police, in an emergency, and who answers for it. Those whose report
-- is still open come with `mandatory_made` false.
select * from case_board where override_post is not null;
