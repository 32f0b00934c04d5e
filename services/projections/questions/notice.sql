-- query: notice (督办通知)
-- over: supervision_ledger
-- columns of: supervision_ledger
-- param: notice text! | 通知标识或文号 | id or document number of the notice
-- order: drafted, notice
select * from supervision_ledger where notice = $notice or doc_no = $notice;
