-- model: briefing_ledger (简报台账)
-- grain: one row per briefing, circular or situation report that was generated, withdrawn ones included.
-- read by: coordinators, supervisors, the briefing as a document.
-- about: case when kind = 'briefing' then key end
-- column: briefing | 简报标识 | id of the briefing
-- column: kind | 种类 | code of list briefing_kind
-- column: start_on | 起始日期 | first day of its period, China time
-- column: end_on | 截止日期 | last day of its period
-- column: position | 截至位置 | position in the ledger that its figures were computed at
-- column: head_hash | 账本校验码 | SHA-256 of the commit there
-- column: code | 程序版本 | the program and its read models that computed them
-- column: figures_digest | 数据校验码 | SHA-256 of all its figures
-- column: suppression | 小数规则 | rule by which small figures are withheld from the units
-- column: status | 状态 | code of list briefing_status
-- column: generated | 生成时间 | when it was generated
-- column: generated_by | 生成人 | who generated it
-- column: reviewed | 审核时间 | when it was reviewed
-- column: reviewed_by | 审核人 | who reviewed it
-- column: issued | 印发时间 | when it was issued
-- column: issued_by | 印发人 | who issued it
-- column: year | 年份 | year of its number
-- column: issue_no | 期号 | number of the issue in its year; a withdrawn one keeps it
-- column: total_no | 总期号 | running number of the issue, of its kind
-- column: number | 期次 | both numbers as they are printed
-- column: report_to | 报 | codes of list recipient: whom it is reported to
-- column: send_to | 送 | codes of list recipient: whom it is sent to
-- column: issue_to | 发 | codes of list recipient: whom it is issued to
-- column: recipients | 分送 | codes of list recipient: all of them
-- column: copies | 份数 | copies printed
-- column: corrections | 更正次数 | corrections since
-- column: corrected | 更正时间 | when it was corrected last
-- column: withdrawn | 撤回时间 | when it was withdrawn
-- column: withdrawn_by | 撤回人 | who withdrew it
-- column: withdraw_reason | 撤回事由 | code of list briefing_withdraw_reason
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, kind, start_on, end_on, position, status, generated, reviewed_by, issued, corrections, briefing
with course as (
    select
        about,
        any_value(data) filter (where type = 'BriefingGenerated.v1') as generated_as,
        any_value(data) filter (where type = 'BriefingIssued.v1') as issued_as,
        min(occurred) filter (where type = 'BriefingGenerated.v1') as generated,
        any_value(principal) filter (where type = 'BriefingGenerated.v1') as generated_by,
        min(occurred) filter (where type = 'BriefingReviewed.v1') as reviewed,
        any_value(principal) filter (where type = 'BriefingReviewed.v1') as reviewed_by,
        min(occurred) filter (where type = 'BriefingIssued.v1') as issued,
        any_value(principal) filter (where type = 'BriefingIssued.v1') as issued_by,
        count(*) filter (where type = 'BriefingCorrected.v1') as corrections,
        arg_max(occurred, place) filter (where type = 'BriefingCorrected.v1') as corrected,
        min(occurred) filter (where type = 'BriefingWithdrawn.v1') as withdrawn,
        any_value(principal) filter (where type = 'BriefingWithdrawn.v1') as withdrawn_by,
        any_value(data ->> 'reason') filter (where type = 'BriefingWithdrawn.v1') as withdraw_reason,
        max(seq) as last_seq
    from fact group by about
),
numbered as (
    select
        *,
        (issued_as ->> 'year')::bigint as year,
        (issued_as ->> 'issue_no')::bigint as issue_no,
        (issued_as ->> 'total_no')::bigint as total_no,
        -- What is empty is left out of a fact's bytes or written as an empty list.
        coalesce((issued_as -> 'report_to')::varchar[], case when issued is not null then [] end) as report_to,
        coalesce((issued_as -> 'send_to')::varchar[], case when issued is not null then [] end) as send_to,
        coalesce((issued_as -> 'issue_to')::varchar[], case when issued is not null then [] end) as issue_to
    from course
)
select
    about as briefing,
    generated_as ->> 'kind' as kind,
    (generated_as ->> 'start')::date as start_on,
    (generated_as ->> 'end')::date as end_on,
    (generated_as ->> 'position')::bigint as position,
    generated_as ->> 'head_hash' as head_hash,
    generated_as ->> 'code' as code,
    generated_as ->> 'figures_digest' as figures_digest,
    generated_as ->> 'suppression' as suppression,
    case
        when withdrawn is not null then 'withdrawn'
        when corrections > 0 then 'corrected'
        when issued is not null then 'issued'
        when reviewed is not null then 'reviewed'
        else 'generated'
    end as status,
    generated,
    generated_by,
    reviewed,
    reviewed_by,
    issued,
    issued_by,
    year,
    issue_no,
    total_no,
    year || '年第' || issue_no || '期（总第' || total_no || '期）' as number,
    report_to,
    send_to,
    issue_to,
    report_to || send_to || issue_to as recipients,
    (issued_as ->> 'copies')::bigint as copies,
    corrections,
    corrected,
    withdrawn,
    withdrawn_by,
    withdraw_reason,
    last_seq
from numbered;
-- check: a briefing is one row
select briefing from briefing_ledger group by briefing having count(*) > 1;
-- check: no number of a year is given twice, nor a running one
select kind, year, issue_no from briefing_ledger where issued is not null
group by kind, year, issue_no having count(*) > 1
union all
select kind, null, total_no from briefing_ledger where issued is not null group by kind, total_no having count(*) > 1;
-- check: the numbers of a kind leave no gap; a withdrawn briefing keeps its own
select kind, year, null from briefing_ledger where issued is not null group by kind, year having max(issue_no) <> count(*)
union all
select kind, null, null from briefing_ledger where issued is not null group by kind having max(total_no) <> count(*);
-- check: nobody reviews what they generated, and nothing is issued unreviewed (domain.md §4.3 F)
select briefing from briefing_ledger
where reviewed_by = generated_by or (issued is not null and reviewed is null) or (corrections > 0 and issued is null);
