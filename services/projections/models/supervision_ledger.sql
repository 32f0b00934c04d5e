-- model: supervision_ledger (督办台账)
-- grain: one row per supervision notice, urges included.
-- read by: supervisors, unit_scorecard, the notices as documents.
-- about: case when kind = 'notice' then key end
-- column: notice | 通知标识 | id of the notice
-- column: doc_no | 文号 | number of the document, once signed off
-- column: level | 级别 | code of list level: 0 remind, 1 urge, 2 notice, 3 circular, 4 talk, 5 to the meeting
-- column: grounds | 事由 | codes of list supervision_ground
-- column: unit | 责任单位 | the unit it is addressed to
-- column: referral | 转办标识 | the referral it is about
-- column: referral_no | 转办单号 | number of that referral
-- column: matter_zh | 事项 | the matter, in Chinese
-- column: matter_en | 事项（英文） | the matter, in English
-- column: issued | 转办时间 | when the referral was issued
-- column: due | 期限 | the due time that passed
-- column: working_days_over | 超期工作日 | whole working days past it when drafted
-- column: drafted | 拟稿时间 | when it was drafted
-- column: signed_off | 签发时间 | when it was signed off
-- column: signatory | 签发人职务 | post that signed it off
-- column: authority_basis | 依据 | the mandate it rests on
-- column: served | 送达时间 | when it was served
-- column: acknowledged | 签收时间 | when the unit acknowledged it
-- column: replied | 回执时间 | when the unit replied
-- column: reply_due | 回执期限 | reply by
-- column: discharged | 销号时间 | when it was discharged
-- column: discharge_reason | 销号原因 | code of list discharge_reason
-- column: status | 状态 | code of list notice_status
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: doc_no, level, unit, referral_no, grounds, due, working_days_over, served, reply_due, replied, status
with drafted as (select about, data, occurred from fact where type = 'NoticeDrafted.v1'),
course as (
    select
        about,
        max(data ->> 'doc_no') filter (where type = 'NoticeSignedOff.v1') as doc_no,
        max(data ->> 'signatory') filter (where type = 'NoticeSignedOff.v1') as signatory,
        max(data ->> 'authority_basis') filter (where type = 'NoticeSignedOff.v1') as authority_basis,
        max(occurred) filter (where type = 'NoticeSignedOff.v1') as signed_off,
        max(occurred) filter (where type = 'NoticeServed.v1') as served,
        max(occurred) filter (where type = 'NoticeAcknowledged.v1') as acknowledged,
        max(occurred) filter (where type = 'ReplyReceived.v1') as replied,
        max(occurred) filter (where type = 'NoticeDischarged.v1') as discharged,
        max(data ->> 'reason') filter (where type = 'NoticeDischarged.v1') as discharge_reason,
        max(seq) as last_seq
    from fact group by about
)
select
    drafted.about as notice,
    course.doc_no as doc_no,
    (drafted.data ->> 'level')::bigint as level,
    (drafted.data -> 'grounds')::varchar[] as grounds,
    drafted.data ->> 'unit' as unit,
    drafted.data ->> 'referral' as referral,
    drafted.data ->> 'referral_no' as referral_no,
    drafted.data ->> 'matter_zh' as matter_zh,
    drafted.data ->> 'matter_en' as matter_en,
    (drafted.data ->> 'issued')::timestamptz as issued,
    (drafted.data ->> 'due')::timestamptz as due,
    (drafted.data ->> 'working_days_over')::bigint as working_days_over,
    drafted.occurred as drafted,
    course.signed_off as signed_off,
    course.signatory as signatory,
    course.authority_basis as authority_basis,
    course.served as served,
    course.acknowledged as acknowledged,
    course.replied as replied,
    (drafted.data ->> 'reply_due')::timestamptz as reply_due,
    course.discharged as discharged,
    course.discharge_reason as discharge_reason,
    case
        when course.discharged is not null then 'discharged'
        when course.replied is not null then 'replied'
        when course.acknowledged is not null then 'acknowledged'
        when course.served is not null then 'served'
        else 'drafted'
    end as status,
    course.last_seq as last_seq
from drafted
join course using (about);
-- check: no notice is served without a number and a mandate (domain.md §0.8)
select notice from supervision_ledger where served is not null and (doc_no is null or authority_basis is null);
-- check: no document number is given twice
select doc_no from supervision_ledger where doc_no is not null group by doc_no having count(*) > 1;
-- check: a notice is one row
select notice from supervision_ledger group by notice having count(*) > 1;
