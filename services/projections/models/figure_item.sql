-- model: figure_item (指标明细)
-- grain: one row per figure and thing that counts in it: a figure is the sum over its rows, and its explanation is the rows.
-- read by: figures, figure_items, the briefing, the circular, `explain`.
-- streamed: held as a table it would be some twenty rows for each contact.
-- over: contact_register, case_board, referral_ledger, supervision_ledger
-- column: figure | 指标 | what is counted; a code follows the last point where there is one
-- column: kind | 对象 | code of list kind
-- column: item | 标识 | id of the contact, case, referral or notice
-- column: number | 编号 | its number, where it has one
-- column: day | 归属日期 | the day that decides into which period it falls, China time
-- column: value | 数值 | what it adds to the figure
-- column: last_seq | 事件号 | the commit behind its newest change
-- Contacts by the day they began, cases by the day they were opened, referrals and notices by the day they were issued or
-- drafted. A draft and a void contact count as such alone, and so does a case that was voided. A contact is counted in the
-- region that its place belonged to on that day. Units as in unit_scorecard: what the office took back counts for nobody.
with contact as (
    select
        contact_register.*,
        timezone('Asia/Shanghai', started)::date as day,
        coalesce(region_at.area, contact_register.region, 'none') as area
    from contact_register
    left join region_at
        on region_at.region = contact_register.region
        and timezone('Asia/Shanghai', started)::date between region_at.since and region_at.until
),
board as (
    select *, timezone('Asia/Shanghai', opened)::date as day from case_board
    where closure_code is distinct from 'voided'
),
referred as (
    select
        *,
        timezone('Asia/Shanghai', issued)::date as day,
        status in ('revoked', 'transferred_on', 'terminated') as withdrawn,
        (status = 'issued' and sign_overdue)
        or (status in ('signed', 'in_handling', 'return_requested') and overdue_working_days > 0) as overdue
    from referral_ledger
),
supervised as (
    select *, timezone('Asia/Shanghai', drafted)::date as day from supervision_ledger where status <> 'withdrawn'
),
named as (
    select
        unnest([
            if(status = 'void', 'contacts.void', null),
            if(status = 'draft', 'contacts.draft', null),
            if(counts, 'contacts', null),
            if(counts and corrections > 0, 'contacts.corrected', null),
            if(counts and mandatory, 'contacts.mandatory', null),
            if(counts and repeat_of is not null, 'contacts.repeated', null),
            if(counts, 'contacts.disposition.' || coalesce(disposition_group, 'none'), null),
            if(counts, 'contacts.category.' || coalesce(category, 'none'), null),
            if(counts, 'contacts.region.' || area, null),
            if(counts, 'contacts.age_band.' || coalesce(age_band, 'none'), null),
            if(counts, 'contacts.sex.' || coalesce(sex, 'none'), null),
            if(counts, 'contacts.channel.' || coalesce(channel, 'none'), null),
            if(counts, 'contacts.contact_type.' || coalesce(contact_type, 'none'), null),
            if(counts, 'contacts.urgency.' || coalesce(urgency, 'none'), null),
            if(counts, 'contacts.caller_role.' || coalesce(caller_role, 'none'), null),
            if(counts, 'contacts.desk.' || desk, null),
            if(counts, 'contacts.heard_from.' || coalesce(heard_from, 'none'), null),
            if(counts, 'contacts.week.' || date_trunc('week', day)::date, null),
            if(counts, 'contacts.month.' || strftime(day, '%Y-%m'), null),
            if(counts, 'contacts.region_by_age.' || area || '.' || coalesce(age_band, 'none'), null)
        ]) as figure,
        'contact' as kind, contact as item, number, day, 1 as value, last_seq
    from contact
    union all
    select
        unnest([
            'cases',
            'cases.status.' || status,
            if(mandatory, 'cases.mandatory', null),
            if(override_post is not null, 'cases.report_overridden', null),
            if(redone > 0, 'cases.redone', null),
            if(reopened > 0, 'cases.reopened', null),
            if(solved is not null, 'cases.called_back', null),
            if(solved, 'cases.solved', null),
            if(satisfied, 'cases.satisfied', null)
        ]), 'case', case_id, number, day, 1, last_seq
    from board
    union all
    select unnest(['cases.coordinations', 'cases.instructions', 'cases.monthly_yuan']),
        'case', case_id, number, day,
        unnest([coordinations, instructions, coalesce(monthly_yuan, 0)]), last_seq
    from board
    union all
    select 'cases.outcome.' || unnest(outcomes), 'case', case_id, number, day, 1, last_seq from board
    union all
    select
        unnest([
            'referrals',
            'referrals.status.' || status,
            if(withdrawn, 'referrals.withdrawn', null),
            if(not withdrawn and signed is not null, 'referrals.signed', null),
            if(not withdrawn and not signed_late, 'referrals.signed_in_time', null),
            if(not withdrawn and reported is not null, 'referrals.reported', null),
            if(not withdrawn and not late, 'referrals.in_time', null),
            if(not withdrawn and (reported is not null or overdue), 'referrals.judged', null),
            if(status = 'returned', 'referrals.returned', null),
            if(not withdrawn and times_sent_back > 0, 'referrals.sent_back', null),
            if(designated, 'referrals.designated', null),
            if(overdue, 'referrals.overdue', null),
            'referrals.result.' || result,
            if(withdrawn, null, 'units.' || unit || '.issued'),
            if(withdrawn, 'units.' || unit || '.withdrawn', null),
            if(not withdrawn and signed is not null, 'units.' || unit || '.signed', null),
            if(not withdrawn and not signed_late, 'units.' || unit || '.signed_in_time', null),
            if(not withdrawn and reported is not null, 'units.' || unit || '.reported', null),
            if(not withdrawn and not late, 'units.' || unit || '.in_time', null),
            if(not withdrawn and (reported is not null or overdue), 'units.' || unit || '.judged', null),
            if(status = 'returned', 'units.' || unit || '.returned', null),
            if(not withdrawn and times_sent_back > 0, 'units.' || unit || '.sent_back', null),
            if(overdue, 'units.' || unit || '.overdue', null)
        ]), 'referral', referral, referral_no, day, 1, last_seq
    from referred
    union all
    select
        unnest([
            if(level = 0, 'reminders', 'notices'),
            if(level > 0 and doc_no is not null, 'notices.issued', null),
            if(level > 0, 'notices.level.' || level, null),
            if(level > 0, 'notices.status.' || status, null),
            if(level > 0, if(status = 'discharged', 'notices.discharged', 'notices.open'), null),
            if(level = 1 and served is not null, 'units.' || unit || '.urged', null)
        ]), 'notice', notice, doc_no, day, 1, last_seq
    from supervised
)
select figure, kind, item, number, day, value::bigint as value, last_seq from named
where figure is not null and value <> 0;
-- check: what counts as a contact has one disposition, so that the dispositions add up to the contacts
select contact from contact_register where counts and disposition_group is null;
