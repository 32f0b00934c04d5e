-- query: case (个案)
-- over: case_board
-- columns of: case_board
-- param: case text! | 个案或编号 | id of the case, or number of its contact
-- order: opened, case_id
select * from case_board where case_id = $case or number = $case;
