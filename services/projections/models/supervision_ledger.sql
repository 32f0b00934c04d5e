-- model: supervision_ledger (督办台账)
-- grain: one row per supervision notice, reminders and urges included.
-- read by: supervisors, unit_scorecard, the notices as documents.
-- about: case when kind = 'notice' then key end
-- column: notice | 通知标识 | id of the notice
-- column: doc_no | 文号 | number of the document, once signed off; a reminder has none, a withdrawn notice keeps its own
-- column: level | 级别 | code of list level: 0 remind, 1 urge, 2 notice, 3 circular, 4 talk or listed, 5 to the meeting
-- column: form | 形式 | code of list supervision_form, of level 4: talk, listed
-- column: grounds | 事由 | codes of list supervision_ground
-- column: demands | 办理要求 | codes of list demand
-- column: unit | 责任单位 | the unit it is addressed to
-- column: referral | 转办标识 | the referral or resolution it is about
-- column: referral_no | 转办单号 | number of that referral or resolution
-- column: about_kind | 督办对象 | code of list kind: referral, resolution
-- column: matter_zh | 事项 | the matter, in Chinese
-- column: matter_en | 事项（英文） | the matter, in English
-- column: issued | 转办时间 | when the referral was issued
-- column: due | 期限 | the due time of the referral: it passed, or a reminder names it
-- column: working_days_over | 超期工作日 | whole working days past it when drafted
-- column: calendar_version | 日历版本 | the calendar that counted them
-- column: drafted | 拟稿时间 | when it was drafted
-- column: signed_off | 签发时间 | when it was signed off
-- column: signatory | 签发人职务 | post that signed it off
-- column: authority | 授权代码 | the authority it rests on, services/referral/supervision.toml
-- column: authority_kind | 授权类别 | code of list authority_kind
-- column: authority_basis | 依据 | the mandate it rests on, as it is printed
-- column: served | 送达时间 | when it was served
-- column: served_by | 送达方式 | code of list serve_method
-- column: served_to | 送达对象 | post of the unit, code of list served_to
-- column: acknowledged | 签收时间 | when the unit acknowledged it last
-- column: replied | 回执时间 | when the unit replied last
-- column: reply_result | 回执结果 | code of list referral_result
-- column: reply_measures | 回执措施 | codes of list measure
-- column: reply_late | 逾期回执 | whether that reply came after its date
-- column: reply_due | 回执期限 | reply by, as it stands now
-- column: reply_provisional | 期限暂定 | the calendar of that year is not published yet
-- column: reply_overdue | 回执超期 | that date passed without a reply
-- column: times_sent_back | 退回次数 | replies sent back
-- column: sent_back_reason | 退回理由 | of the last one, code of list sent_back_reason
-- column: accepted | 回执通过时间 | when the reply was accepted
-- column: escalated_from | 由何文书升级 | the notice of the level below that it follows
-- column: escalated_to | 升级为何文书 | the notice of the level above that followed
-- column: discharged | 销号时间 | when it was discharged
-- column: discharge_reason | 销号原因 | code of list discharge_reason
-- column: withdrawn | 作废时间 | when it was withdrawn
-- column: withdraw_reason | 作废理由 | code of list withdraw_reason
-- column: status | 状态 | code of list notice_status
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: doc_no, level, unit, referral_no, grounds, due, working_days_over, served, reply_due, replied, status
with drafted as (select about, data, occurred from fact where type = 'NoticeDrafted.v1'),
-- A reply that is sent back makes the notice one that was just served: what came before no longer counts.
handed as (
    select
        about,
        max(place) as place,
        arg_max((data ->> 'reply_due')::timestamptz, place) filter (where data ->> 'reply_due' is not null) as reply_due,
        arg_max((data ->> 'provisional')::boolean, place) filter (where data ->> 'reply_due' is not null) as provisional
    from fact where type in ('NoticeServed.v1', 'ReplySentBack.v1') group by about
),
-- The date that was served, counted again when the calendar of its year was published.
recounted as (
    select
        about,
        max(place) as place,
        arg_max((data ->> 'new')::timestamptz, place) as reply_due,
        arg_max(coalesce((data ->> 'provisional')::boolean, false), place) as provisional
    from fact where type = 'ReplyDueRecomputed.v1' group by about
),
course as (
    select
        about,
        max(data ->> 'doc_no') filter (where type = 'NoticeSignedOff.v1') as doc_no,
        max(data ->> 'signatory') filter (where type = 'NoticeSignedOff.v1') as signatory,
        max(data ->> 'authority') filter (where type in ('NoticeSignedOff.v1', 'ReminderIssued.v1')) as authority,
        max(data ->> 'authority_basis') filter (
            where type in ('NoticeSignedOff.v1', 'ReminderIssued.v1')
        ) as authority_basis,
        max(coalesce(data ->> 'authority_kind', case when type = 'ReminderIssued.v1' then 'standing_rule' end)) filter (
            where type in ('NoticeSignedOff.v1', 'ReminderIssued.v1')
        ) as authority_kind,
        max(occurred) filter (where type in ('NoticeSignedOff.v1', 'ReminderIssued.v1')) as signed_off,
        max(occurred) filter (where type = 'NoticeServed.v1') as served,
        max(data ->> 'method') filter (where type = 'NoticeServed.v1') as served_by,
        max(data ->> 'to') filter (where type = 'NoticeServed.v1') as served_to,
        arg_max(occurred, place) filter (where type = 'NoticeAcknowledged.v1') as acknowledged,
        max(place) filter (where type = 'NoticeAcknowledged.v1') as acknowledged_at,
        arg_max(occurred, place) filter (where type = 'ReplyReceived.v1') as replied,
        arg_max(data ->> 'result', place) filter (where type = 'ReplyReceived.v1') as reply_result,
        arg_max((data -> 'measures')::varchar[], place) filter (where type = 'ReplyReceived.v1') as reply_measures,
        arg_max(coalesce((data ->> 'late')::boolean, false), place) filter (
            where type = 'ReplyReceived.v1'
        ) as reply_late,
        max(place) filter (where type = 'ReplyReceived.v1') as replied_at,
        max(place) filter (where type = 'ReplyOverdue.v1') as overdue_at,
        count(*) filter (where type = 'ReplySentBack.v1') as times_sent_back,
        arg_max(data ->> 'reason', place) filter (where type = 'ReplySentBack.v1') as sent_back_reason,
        max(occurred) filter (where type = 'ReplyAccepted.v1') as accepted,
        arg_max(data ->> 'to', place) filter (where type = 'NoticeEscalated.v1') as escalated_to,
        max(occurred) filter (where type = 'NoticeDischarged.v1') as discharged,
        max(data ->> 'reason') filter (where type = 'NoticeDischarged.v1') as discharge_reason,
        max(occurred) filter (where type = 'NoticeWithdrawn.v1') as withdrawn,
        max(data ->> 'reason') filter (where type = 'NoticeWithdrawn.v1') as withdraw_reason,
        max(seq) as last_seq
    from fact group by about
)
select
    drafted.about as notice,
    course.doc_no as doc_no,
    (drafted.data ->> 'level')::bigint as level,
    drafted.data ->> 'form' as form,
    (drafted.data -> 'grounds')::varchar[] as grounds,
    (drafted.data -> 'demands')::varchar[] as demands,
    drafted.data ->> 'unit' as unit,
    drafted.data ->> 'referral' as referral,
    drafted.data ->> 'referral_no' as referral_no,
    coalesce(drafted.data ->> 'about', 'referral') as about_kind,
    drafted.data ->> 'matter_zh' as matter_zh,
    drafted.data ->> 'matter_en' as matter_en,
    (drafted.data ->> 'issued')::timestamptz as issued,
    (drafted.data ->> 'due')::timestamptz as due,
    (drafted.data ->> 'working_days_over')::bigint as working_days_over,
    drafted.data ->> 'calendar_version' as calendar_version,
    drafted.occurred as drafted,
    course.signed_off as signed_off,
    course.signatory as signatory,
    course.authority as authority,
    course.authority_kind as authority_kind,
    course.authority_basis as authority_basis,
    course.served as served,
    course.served_by as served_by,
    course.served_to as served_to,
    course.acknowledged as acknowledged,
    course.replied as replied,
    course.reply_result as reply_result,
    course.reply_measures as reply_measures,
    coalesce(course.reply_late, false) as reply_late,
    case
        when recounted.place > handed.place then recounted.reply_due
        else coalesce(handed.reply_due, (drafted.data ->> 'reply_due')::timestamptz)
    end as reply_due,
    case
        when recounted.place > handed.place then recounted.provisional
        else coalesce(handed.provisional, (drafted.data ->> 'provisional')::boolean, false)
    end as reply_provisional,
    coalesce(course.overdue_at > handed.place, false) as reply_overdue,
    course.times_sent_back as times_sent_back,
    course.sent_back_reason as sent_back_reason,
    course.accepted as accepted,
    drafted.data ->> 'escalated_from' as escalated_from,
    course.escalated_to as escalated_to,
    course.discharged as discharged,
    course.discharge_reason as discharge_reason,
    course.withdrawn as withdrawn,
    course.withdraw_reason as withdraw_reason,
    case
        when course.withdrawn is not null then 'withdrawn'
        when course.discharged is not null then 'discharged'
        when course.accepted is not null then 'accepted'
        when course.replied_at > handed.place then 'replied'
        when course.acknowledged_at > handed.place then 'acknowledged'
        when handed.place is not null then 'served'
        when course.signed_off is not null then 'signed_off'
        else 'drafted'
    end as status,
    course.last_seq as last_seq
from drafted
join course using (about)
left join handed using (about)
left join recounted using (about);
-- check: no notice is served without a mandate, and none above a reminder without a number (domain.md §0.8)
select notice from supervision_ledger
where served is not null and (authority_basis is null or (level > 0 and doc_no is null));
-- check: no document number is given twice
select doc_no from supervision_ledger where doc_no is not null group by doc_no having count(*) > 1;
-- check: a notice is one row
select notice from supervision_ledger group by notice having count(*) > 1;
-- check: what is withdrawn keeps its number
select notice from supervision_ledger where withdrawn is not null and level > 0 and signed_off is not null and doc_no is null;
-- check: one open notice a referral and level (domain.md §4.3 D)
select referral, level from supervision_ledger where status not in ('discharged', 'withdrawn')
group by referral, level having count(*) > 1;
-- check: an escalation leads one level up, to a notice that names where it came from
select low.notice from supervision_ledger as low join supervision_ledger as high on high.notice = low.escalated_to
where high.level <> low.level + 1 or high.referral <> low.referral or high.escalated_from is distinct from low.notice;
