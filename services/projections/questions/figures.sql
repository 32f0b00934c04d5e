-- query: figures (时段数据)
-- over: contact_register, case_board, referral_ledger, supervision_ledger
-- column: figure | 指标 | what is counted; a code follows the last point where there is one
-- column: value | 数值 | how many
-- param: from day! | 起始日期 | first day of the period, China time
-- param: to day! | 截止日期 | last day of the period
-- order: figure
-- Contacts by the day they began, cases by the day they were opened, referrals and notices by the day they were issued or drafted.
-- A draft and a void contact count as such alone, and so does a case that was voided.
with entered as materialized (
    select * from contact_register where timezone('Asia/Shanghai', started)::date between $from::date and $to::date
),
contact as materialized (select * from entered where counts),
board as materialized (
    select * from case_board
    where timezone('Asia/Shanghai', opened)::date between $from::date and $to::date
    and (status <> 'closed' or closure_code <> 'voided')
),
referred as materialized (
    select * from referral_ledger where timezone('Asia/Shanghai', issued)::date between $from::date and $to::date
),
supervised as materialized (
    select * from supervision_ledger where timezone('Asia/Shanghai', drafted)::date between $from::date and $to::date
)
select 'contacts' as figure, count(*) as value from contact
union all select 'contacts.void', count(*) from entered where status = 'void'
union all select 'contacts.draft', count(*) from entered where status = 'draft'
union all select 'contacts.corrected', count(*) from contact where corrections > 0
union all select 'contacts.mandatory', count(*) from contact where mandatory
union all select 'contacts.repeated', count(*) from contact where repeat_of is not null
union all select 'contacts.disposition.' || coalesce(disposition_group, 'none'), count(*) from contact group by all
union all select 'contacts.category.' || category, count(*) from contact group by all
union all select 'contacts.region.' || region, count(*) from contact group by all
union all select 'contacts.age_band.' || age_band, count(*) from contact group by all
union all select 'contacts.sex.' || sex, count(*) from contact group by all
union all select 'contacts.channel.' || channel, count(*) from contact group by all
union all select 'contacts.contact_type.' || contact_type, count(*) from contact group by all
union all select 'contacts.urgency.' || urgency, count(*) from contact group by all
union all select 'contacts.caller_role.' || caller_role, count(*) from contact group by all
union all select 'contacts.desk.' || desk, count(*) from contact group by all
union all select 'contacts.heard_from.' || coalesce(heard_from, 'none'), count(*) from contact group by all
union all select 'cases', count(*) from board
union all select 'cases.status.' || status, count(*) from board group by all
union all select 'cases.mandatory', count(*) from board where mandatory
union all select 'cases.report_overridden', count(*) from board where override_post is not null
union all select 'cases.redone', count(*) from board where redone > 0
union all select 'cases.reopened', count(*) from board where reopened > 0
union all select 'cases.coordinations', coalesce(sum(coordinations), 0)::bigint from board
union all select 'cases.instructions', coalesce(sum(instructions), 0)::bigint from board
union all select 'cases.monthly_yuan', coalesce(sum(monthly_yuan), 0)::bigint from board
union all select 'cases.called_back', count(solved) from board
union all select 'cases.solved', count(*) from board where solved
union all select 'cases.satisfied', count(*) from board where satisfied
union all select 'referrals', count(*) from referred
union all select 'referrals.status.' || status, count(*) from referred group by all
union all select 'referrals.signed_late', count(*) from referred where signed_late
union all select 'referrals.late', count(*) from referred where late
union all select 'referrals.sent_back', count(*) from referred where times_sent_back > 0
union all select 'referrals.designated', count(*) from referred where designated
union all select 'notices', count(*) from supervised
union all select 'notices.level.' || level, count(*) from supervised group by all
union all select 'notices.status.' || status, count(*) from supervised group by all;
