-- model: meeting_agenda_feed (待提请研究事项)
-- grain: one row per matter that calls for a meeting, by the number of its referral or resolution.
-- read by: the meeting office, which proposes them as items (lianxi meeting collect).
-- A matter may come up for several reasons: `why` is the gravest of them. No case is named, by id or by number.
-- over: referral_ledger, supervision_ledger, case_board, resolutions, meeting, meeting_items
-- column: number | 文号 | number of the referral or resolution
-- column: kind | 建议类别 | code of list agenda_kind
-- column: why | 提请理由 | code of list agenda_why: the gravest reason
-- column: whys | 全部理由 | codes of list agenda_why
-- column: since | 起始时间 | since when the gravest reason has held
-- column: unit | 责任单位 | the unit concerned
-- column: category | 问题类别 | code of list category
-- column: region | 区划 | code of list region
-- column: title_zh | 事项 | the matter, in Chinese
-- column: title_en | 事项（英文） | the matter, in English
-- column: working_days_over | 超期工作日 | as last recorded; 0 when no date was missed
-- column: for_meeting | 结转会议 | the meeting that it was handed to, while that can take it; empty: any
-- column: last_seq | 事件号 | the commit behind the newest change
-- glance: number, kind, why, since, unit, category, title_zh, working_days_over
with referred as (
    select referral_ledger.*, case_board.status as case_status, case_board.open_referrals
    from referral_ledger left join case_board using (case_id)
),
arrived as (
    select listed.number, held.meeting
    from meeting_items as listed join meeting as held on held.meeting = listed.meeting
    where not listed.withdrawn and held.status <> 'cancelled'
),
reasons as (
    select
        1 as gravity, 'put_before_meeting' as why, 'stuck' as kind, referral_no as number, unit, drafted as since, last_seq
    from supervision_ledger
    where level = 5 and status not in ('discharged', 'withdrawn')
    union all
    select 2, 'resolution_overdue', 'resolution', resolution_no, lead, due, last_seq
    from resolutions where status in ('adopted', 'in_progress') and overdue_working_days > 0
    union all
    -- On the agenda of another meeting it has arrived; a cancelled one hands it back.
    select 3, 'carried_over', 'resolution', resolution_no, lead, adopted, last_seq
    from resolutions as made
    where status = 'carried_over'
        and not exists (
            from arrived where arrived.number = made.resolution_no and arrived.meeting <> made.meeting
        )
    union all
    select 4, 'notice_unanswered', 'overdue', referral_no, unit, max(reply_due), max(last_seq)
    from supervision_ledger
    where level between 1 and 4 and reply_overdue and status in ('served', 'acknowledged')
    group by referral_no, unit
    union all
    -- Nobody has it any more, and the case is not settled.
    select 5, 'returned', 'stuck', referral_no, unit, ended, last_seq
    from referred
    where status = 'returned' and open_referrals = 0 and case_status in ('accepted', 'in_handling')
    union all
    select 6, 'designated', 'stuck', referral_no, unit, return_requested, last_seq
    from referred where designated and status in ('signed', 'in_handling', 'reported', 'on_hold')
    union all
    select 7, 'sent_back_twice', 'stuck', referral_no, unit, signed, last_seq
    from referred where times_sent_back >= 2 and status in ('signed', 'in_handling', 'reported', 'on_hold')
    union all
    select
        8, 'referral_overdue', 'overdue', referral_no, unit,
        case status when 'issued' then due_sign else due_report end, last_seq
    from referred
    where (status = 'issued' and (sign_overdue or overdue_working_days > 0))
        or (status in ('signed', 'in_handling', 'return_requested') and overdue_working_days > 0)
    union all
    -- A lead whose own date is near, over, or met without them.
    select 9, 'co_units_waiting', 'cross_sector', referral_no, unit, signed, last_seq
    from referred
    where co_outstanding > 0 and status in ('signed', 'in_handling', 'reported')
        and (reminded or overdue_working_days > 0 or status = 'reported')
),
matters as (
    select
        number,
        arg_min(kind, gravity) as kind,
        arg_min(why, gravity) as why,
        list(distinct why order by why) as whys,
        arg_min(since, gravity) as since,
        arg_min(unit, gravity) as unit,
        max(last_seq) as last_seq
    from reasons group by number
)
select
    matters.number as number,
    matters.kind as kind,
    matters.why as why,
    matters.whys as whys,
    matters.since as since,
    matters.unit as unit,
    referral_ledger.category as category,
    referral_ledger.region as region,
    coalesce(referral_ledger.matter_zh, resolutions.title) as title_zh,
    coalesce(referral_ledger.matter_en, resolutions.title) as title_en,
    coalesce(referral_ledger.overdue_working_days, resolutions.overdue_working_days, 0) as working_days_over,
    case when taker.status in ('planned', 'notified') then taker.meeting end as for_meeting,
    greatest(matters.last_seq, referral_ledger.last_seq, resolutions.last_seq) as last_seq
from matters
left join referral_ledger on referral_ledger.referral_no = matters.number
left join resolutions on resolutions.resolution_no = matters.number
left join meeting as taker on taker.meeting = resolutions.carried_to;
-- check: a matter is one row, with a reason that is one of its own
select number from meeting_agenda_feed group by number having count(*) > 1
union all
select number from meeting_agenda_feed where not list_contains(whys, why);
-- check: every matter is a document that is there
select number from meeting_agenda_feed where title_zh is null;
