-- query: heads (各对象最新校验码)
-- column: subject | 主题 | the aggregate's subject in the ledger
-- column: kind | 对象 | code of list kind
-- column: key | 标识 | its id
-- column: n | 提交数 | commits in it
-- column: seq | 事件号 | position of the newest
-- column: hash | 校验码 | SHA-256 of the newest commit's bytes
-- glance: subject, n, seq
-- order: subject
select subject, any_value(kind) as kind, any_value(key) as key, max(n) as n, max(seq) as seq, arg_max(hash, seq) as hash
from commit_log group by subject;
