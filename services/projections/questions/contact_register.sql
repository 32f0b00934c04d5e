-- query: contact_register (登记台账)
-- over: contact_register
-- columns of: contact_register
-- param: contact id | 来电标识 | this contact only
-- param: from day | 起始日期 | contacts that began on this day (China time) or later
-- param: to day | 截止日期 | contacts that began on this day or earlier
-- param: desk token | 值班台 | contacts of this desk
-- param: region token | 区划 | contacts of this region
-- order: started, contact
select * from contact_register
where ($contact::varchar is null or contact = $contact)
and ($from::date is null or timezone('Asia/Shanghai', started)::date >= $from::date)
and ($to::date is null or timezone('Asia/Shanghai', started)::date <= $to::date)
and ($desk::varchar is null or desk = $desk)
and ($region::varchar is null or region = $region);
