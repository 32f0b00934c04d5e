-- query: briefing_ledger (简报台账)
-- over: briefing_ledger
-- columns of: briefing_ledger
-- param: kind token | 种类 | of this kind, code of list briefing_kind
-- param: status token | 状态 | in this state, code of list briefing_status
-- order: generated, briefing
select * from briefing_ledger
where ($kind::varchar is null or kind = $kind)
and ($status::varchar is null or status = $status);
