"""Every refusal's two sentences: what happened, and what to do next. One catalogue for all services and the console."""

from datetime import date

from events.codes import code_list
from services.decision import Refused

# code -> (Chinese, English). `{…}` are filled from the refusal's details.
SENTENCES: dict[str, tuple[str, str]] = {
    # The message itself
    "command.too_large": (
        "内容超过 {limit} 字节，请精简后重发。",
        "The message is over {limit} bytes; shorten it and send it again.",
    ),
    "command.bad_encoding": (
        "内容不是 UTF-8 编码，请转换编码后重发。",
        "The message is not UTF-8; convert it and send it again.",
    ),
    "command.too_deep": (
        "内容嵌套超过 {limit} 层，请按命令格式重写。",
        "The message nests deeper than {limit} levels; follow the command's schema.",
    ),
    "command.duplicate_key": ("同一字段出现两次，请只保留一个。", "A key appears twice; keep one of them."),
    "command.not_a_number": (
        "数字不能是 NaN 或无穷大。",
        "NaN and infinity are not numbers here; send a plain number.",
    ),
    "command.bad_json": (
        "内容不是完整的 JSON，请检查后重发。",
        "The message is not one whole JSON document; check it and send it again.",
    ),
    "command.bad_shape": ("内容应是一个 JSON 对象。", "The message must be one JSON object."),
    "command.unknown_field": (
        "没有“{field}”这个字段，请按 lianxi schema 核对。",
        "There is no field {field}; compare with `lianxi schema`.",
    ),
    "command.missing_field": ("缺少字段“{field}”，请补上。", "The field {field} is missing; add it."),
    "command.bad_value": (
        "字段“{field}”的值类型或格式不对，请按 lianxi schema 核对。",
        "The value of {field} has the wrong type or form; compare with `lianxi schema`.",
    ),
    "command.bad_text": (
        "字段“{field}”含控制字符或不可见字符，请删去。",
        "The field {field} holds control or invisible characters; remove them.",
    ),
    "command.unknown_verb": (
        "没有这个命令，请用 lianxi schema 查看可用命令。",
        "There is no such command; `lianxi schema` lists them.",
    ),
    "command.not_yet_available": (
        "命令“{verb}”尚未开通，请先按线下流程办理。",
        "The command {verb} is not available yet; use the paper procedure for now.",
    ),
    "command.not_allowed": (
        "您的角色“{role}”不能执行这个命令，请交有权限的人办理。",
        "Your role {role} may not do this; ask someone who may.",
    ),
    "command.id_personal": (
        "命令编号里有像手机号或身份证号的数字，承办单位能看到这个编号，请换一个编号再发。",
        "The command's id holds what looks like a person's number; units could read it. Send it under another id.",
    ),
    "command.id_reused": (
        "这个命令编号已用于另一内容，请换一个编号。",
        "This command id was used for another content; take a new one.",
    ),
    "command.in_the_future": ("时间晚于当前时间，请核对。", "The time lies in the future; check it."),
    "command.unsafe_id": ("编号只能含数字和字母，请核对。", "An id holds digits and letters only; check it."),
    "code.unknown": (
        "代码表“{list}”里没有这个代码，请用 lianxi codes {list} 查看可用的代码。",
        "Code list {list} holds no such code; `lianxi codes {list}` shows those it holds.",
    ),
    "code.not_in_use": (
        "代码表“{list}”的这个代码在{day}尚未启用或已停用，请改用当时有效的代码。",
        "That code of the list {list} was not in use on {day}; take the one that was.",
    ),
    "unit.unknown": ("单位名录里没有这个单位，请核对单位代码。", "The directory has no such unit; check its code."),
    # The aggregate
    "aggregate.changed": (
        "您看到之后情况已变（{who}：{what}），请重新查看再决定。",
        "It has changed since you looked ({who}: {what}); look again before you decide.",
    ),
    "aggregate.busy": (
        "正有多人同时办理，请稍后重发同一命令。",
        "Many are working on it at once; send the same command again shortly.",
    ),
    "aggregate.nothing_to_do": ("没有需要记录的内容。", "There is nothing to record."),
    "ledger.damaged": (
        "账本校验不通过，已停止写入，请立即联系审计人员。",
        "The ledger failed its check and writing has stopped; call the auditor now.",
    ),
    "service.unavailable": (
        "系统暂时不可用，命令是否已记录尚不确定；请稍后用同一编号重发。",
        "The service is unavailable and the outcome unknown; send it again with the same id.",
    ),
    "service.failed": (
        "系统内部出错，命令未确认；请用同一编号重发，仍不行请联系管理员。",
        "Something failed inside; send it again with the same id, then call the operator.",
    ),
    "service.no_answer": (
        "服务没有应答，请确认 lianxi up 正在运行，再用同一编号重发。",
        "No service answered; check that `lianxi up` runs, then send it again with the same id.",
    ),
    "clock.not_simulated": (
        "本系统使用真实时钟，不接受指定时间。",
        "This ledger runs on the real clock and takes no time from a sender.",
    ),
    "clock.time_missing": (
        "模拟时钟的账本要求每个命令带上有效时间。",
        "A ledger under a simulated clock needs a valid time with every command.",
    ),
    # Contacts and cases
    "contact.number_taken": (
        "这个编号已登记为另一内容；更正请另办更正手续。",
        "This number is registered with another content; a change is a correction.",
    ),
    "contact.in_the_future": (
        "来电的开始或结束时间晚于当前时间，请核对。",
        "The contact starts or ends in the future; check the times.",
    ),
    "contact.too_long_ago": (
        "来电时间早于 2000 年，请核对年份。",
        "The contact starts before the year 2000; check the year.",
    ),
    "contact.back_dated": (
        "办理时间早于来电时间，请核对。",
        "It cannot have happened before the contact began; check the time.",
    ),
    "contact.other_desk": (
        "值班员只登记本热线台的来电，请交该台值班员或市级热线台登记。",
        "A duty officer registers the contacts of the own desk; hand it to that desk or to the city's.",
    ),
    "contact.statistical_region": (
        "这是统计用区划码，不能作为发生地，请填具体区县。",
        "That is a statistical code where nothing happens; name the district or county.",
    ),
    "contact.half_non_substantive": (
        "非实质来电的诉求类型、问题类别、处置方式须一致，请核对这三项。",
        "Type, category and disposition must all be non-substantive or none of them; check the three.",
    ),
    "contact.ends_before_it_starts": (
        "结束时间早于来电时间，请核对。",
        "The contact ends before it starts; check the times.",
    ),
    "contact.content_missing": ("请填写通话内容。", "Write down what was said."),
    "contact.opinion_missing": ("请填写处理意见。", "Write down the handling opinion."),
    "contact.personal_data_in_non_substantive": (
        "非实质来电不得登记个人信息，请删去姓名、电话和年龄。",
        "A non-substantive contact may hold no personal data; remove names, phone and age.",
    ),
    "contact.unit_missing": (
        "处置方式为移送转办时请填写转办单位。",
        "A referred contact needs the unit it is referred to.",
    ),
    "contact.nothing_to_merge_into": (
        "找不到可并入的在办件，请核对来电电话或改选处置方式。",
        "No case in hand was found to merge into; check the phone or choose another disposition.",
    ),
    "contact.mandatory_report_open": (
        "九项筛查有“是”，应当强制报告，不能在热线了结或并案；请改为移送转办、直接协调或紧急转办。",
        "The screen calls for a mandatory report; refer, coordinate or hand over to 110 instead.",
    ),
    "contact.not_found": ("没有这条登记，请核对标识。", "There is no such contact; check its id."),
    "contact.drafted": (
        "这个编号已起草，请用 FinaliseContact 完成登记。",
        "This number is drafted; finish it with FinaliseContact.",
    ),
    "contact.not_drafted": (
        "这个编号没有草稿，请用 RegisterContact 登记。",
        "There is no draft under this number; enter it with RegisterContact.",
    ),
    "contact.not_finalised": (
        "登记尚未完成，请先完成（FinaliseContact）；草稿可直接重新起草。",
        "The entry is a draft; finish it first (FinaliseContact), or draft it anew.",
    ),
    "contact.voided": (
        "这条登记已作废，编号不再使用；请用新的编号登记。",
        "This contact is void and its number is not used again; enter it under a new one.",
    ),
    "contact.case_depends": (
        "已有案件依据这条登记办理，不能作废；尚无人办理的，请先以“作废”结案（CloseCase，代码 voided）。",
        "A case depends on this contact; if nobody worked on it, close it as voided first (CloseCase, code voided).",
    ),
    "contact.linked": (
        "这条登记已并入其他案件，请先解除关联（UnlinkContact）。",
        "This contact is joined to a case; take it from there first (UnlinkContact).",
    ),
    "contact.not_linked": (
        "这条登记没有并入任何案件，请核对。",
        "This contact is not joined to any case; check its id.",
    ),
    "contact.own_case": (
        "这是本登记自己开立的案件，不必再关联。",
        "That is the case which this contact opened; there is nothing to link.",
    ),
    "contact.nothing_to_link": (
        "非实质来电没有可关联的事项。",
        "A non-substantive contact has no matter to link; check its id.",
    ),
    "contact.merged_needs_a_case": (
        "并入在办的来电没有自己的案件，解除关联时请写明改并入哪个案件（into）。",
        "A merged contact has no case of its own; name the case it goes to instead (into).",
    ),
    "contact.into_without_merge": (
        "只有处置方式为“并入在办”时才填写并入的案件，请核对。",
        "Only a merged contact names a case to go into; check the disposition.",
    ),
    "contact.suspect_unit": (
        "被反映的单位不得承办本件，请改转其他单位。",
        "The unit that is complained of may not handle this; refer it to another.",
    ),
    "contact.ground_without_refusal": (
        "只有不予受理才填写理由和其他途径，请核对处置方式。",
        "A ground and a route belong to a contact that is not accepted; check the disposition.",
    ),
    "contact.route_missing": (
        "不予受理的理由和告知的其他途径须同时填写。",
        "A ground of non-acceptance and the right route go together; give both.",
    ),
    "contact.field_not_correctable": (
        "这个字段不能更正；编号、时间、处置方式有误的，请作废后重新登记。",
        "This field cannot be corrected; void the contact and enter it anew when number, time or disposition are wrong.",
    ),
    "contact.field_required": (
        "这个字段不能更正为空，请填写正确的值。",
        "This field may not be emptied; give its value.",
    ),
    "case.not_for_this_contact": (
        "非实质来电和并入在办的来电不另立案，请核对处置方式。",
        "A non-substantive or merged contact opens no case of its own; check the disposition.",
    ),
    "case.back_dated": (
        "时间早于本案来电，请核对；不得倒填。",
        "The time lies before the contact of this case; check it, back-dating is not allowed.",
    ),
    "case.other_desk": (
        "值班员只能查阅本热线台的登记表，请交协调员查阅。",
        "A duty officer sees the forms of the own desk alone; ask a coordinator.",
    ),
    "case.instruction_missing": ("请填写批示内容。", "Write down what the leader instructed."),
    "case.review_before_start": (
        "复核日期早于开始日期，请核对。",
        "The review lies before the start; check the two dates.",
    ),
    "case.amount_without_benefit": (
        "每月金额只用于“获得生活救助”，请改成效代码或删去金额。",
        "A monthly amount belongs to a monthly benefit; change the outcome or leave the amount out.",
    ),
    "case.not_found": ("没有这个案件，请核对编号。", "There is no such case; check its id."),
    "case.not_open": (
        "案件已是“{status}”状态，不能再办理；有新情况请申请重启。",
        "The case is {status}; new facts call for a reopening.",
    ),
    "case.mandatory_report_open": (
        "强制报告尚未作出，请先报警并记录（MakeMandatoryReport）。",
        "The mandatory report is open; report to the police and record it first (MakeMandatoryReport).",
    ),
    "case.no_report_required": ("本案无需强制报告。", "This case needs no mandatory report."),
    "case.report_time_impossible": (
        "报告时间应在来电之后、当前时间之前，请核对。",
        "The report must lie between the call and now; check the time.",
    ),
    "case.already_referred_there": (
        "已有一件转办在该单位办理，请先查看其进展。",
        "A referral is open at that unit; look at its progress first.",
    ),
    "case.nothing_to_replace": (
        "被替换的转办单没有退回，请核对。",
        "The referral to replace was not returned; check its id.",
    ),
    "case.referral_open": ("还有转办单未审核，请先审核。", "A referral is still open; verify it first."),
    "case.nothing_done_yet": (
        "尚无办理结果，不能回访；请先转办或协调。",
        "Nothing was done yet; refer or coordinate before the callback.",
    ),
    "case.callback_answers_missing": (
        "接通的回访须填写答复、解决、满意三项。",
        "A callback that reached the caller needs answered, solved and satisfied.",
    ),
    "case.callback_not_reached": (
        "未接通的回访不填答复、解决、满意三项，请删去或改为已接通。",
        "A callback that reached nobody has no answers; remove them, or say that it did.",
    ),
    "case.no_callback_wanted": (
        "诉求人要求不回访，请不要回电；请直接以“诉求人要求不回访”办结。",
        "The caller wants no callback: do not call; close the case as no_callback.",
    ),
    "case.closure_contradicts_callback": (
        "结案代码与回访结果不符，请核对。",
        "The closure code contradicts what the callback found; check it.",
    ),
    "case.callback_missing": (
        "办结前须回访，且诉求人认为已解决或满意。",
        "A case is closed after a callback that found it solved or satisfying.",
    ),
    "case.form_unreadable": (
        "登记表的加密内容无法解开，请联系管理员核对密钥。",
        "The sealed fields cannot be opened; ask the operator to check the keys.",
    ),
    "case.suspect_unit": (
        "被反映的单位不得作为本案的接收或协调单位，请改选其他单位。",
        "The unit that is complained of receives nothing of this case; choose another.",
    ),
    "case.report_not_acknowledged": (
        "公安机关尚未确认收到强制报告，请先记录确认（AcknowledgeMandatoryReport）再办结。",
        "The police have not acknowledged the report; record it first (AcknowledgeMandatoryReport).",
    ),
    "case.acknowledgement_time_impossible": (
        "确认时间应在报告之后、当前时间之前，请核对。",
        "The acknowledgement must lie between the report and now; check the time.",
    ),
    "case.explanation_missing": ("请写明先行办理的情况。", "Write down why work cannot wait for the report."),
    "case.mandatory_case_stays": (
        "本案须强制报告，不得不予受理；请继续办理。",
        "A case that calls for a mandatory report cannot be turned away; go on with it.",
    ),
    "case.told_time_impossible": (
        "告知时间应在来电之后、当前时间之前，请核对。",
        "The caller was told between the call and now; check the time.",
    ),
    "case.under_way": (
        "案件已在办理，不能再答复了结或不予受理；请按进展办结。",
        "The case is being worked on; it cannot be answered or turned away now. See it through to its end.",
    ),
    "case.not_an_answer": (
        "这个处置方式不是答复，请选电话解答、心理疏导或告知其他途径。",
        "That disposition is no answer; choose answered, counselled or told of another route.",
    ),
    "case.not_an_officer": (
        "经办人应是名录中的协调员或值班员，请核对。",
        "An officer is a coordinator or duty officer of the directory; check the name.",
    ),
    "case.no_such_outcome": (
        "本案没有记录这项成效，请核对代码。",
        "This outcome is not on record in the case; check its code.",
    ),
    "case.next_review_impossible": (
        "下次复核日期应晚于本次，且只用于仍然保持的成效，请核对。",
        "The next review lies after this one, and only what still holds has one; check the date.",
    ),
    "case.founded_without_complaint": (
        "诉求人已解决或满意的，不填“诉求是否成立”，请删去。",
        "Whether a complaint is founded is asked only when nothing is solved or satisfying; leave it out.",
    ),
    "case.not_voidable": (
        "本案已有转办、协调、报告或成效，不能作废；请按程序办结。",
        "Others have worked on this case or must be told of it; it cannot be voided. See it through to its end.",
    ),
    "case.voided": (
        "本案因误录已作废，不能再用；请按新的来电登记。",
        "This case was entered by mistake and is void; register the contact anew.",
    ),
    "case.archived": (
        "本案已归档，不能再办理；新的来电请另行登记并关联。",
        "The case is archived; register a new contact and link the two.",
    ),
    "case.not_ended": (
        "案件仍为“{status}”，尚未办结，不能重启或归档。",
        "The case is {status} and has not ended: there is nothing to reopen or archive.",
    ),
    "case.reason_not_chosen": (
        "这个原因由系统判定，请选“有新的事实或理由”或“督办要求重启”。",
        "That reason comes about by itself; choose new facts or an order of supervision.",
    ),
    "case.order_is_supervision_s": (
        "督办要求重启只由督办员提出，督办员也只以此重启；其他人请写明新的事实。",
        "Supervision, and nobody else, reopens by order; others state the new facts.",
    ),
    "case.post_missing": ("请写明作出要求的职务。", "Name the post that ordered it."),
    "case.new_facts_missing": (
        "请写明新的事实或理由；同一事实再次来电的只作关联（LinkContact）。",
        "Write down the new facts or reasons; the same facts again are only linked (LinkContact).",
    ),
    "case.appeal_window_open": (
        "异议期至{until}，期满后再归档。",
        "The caller can still come back on it until {until}; archive it after.",
    ),
    "case.review_open": (
        "还有成效待复核，请先复核（ReviewOutcome）再归档。",
        "An outcome is still to be reviewed; do that first (ReviewOutcome).",
    ),
    "case.position_unknown": (
        "账本没有这个位置（现到第 {head} 条），请核对。",
        "The ledger has no such position (it ends at {head}); check it.",
    ),
    "case.not_yet_open": (
        "那时还没有这个案件（第 {opened} 条才立案），请取其后的位置或时刻。",
        "There was no such case yet (it was opened at {opened}); take that position or a later one.",
    ),
    "case.linked_to_itself": ("案件不能关联自身，请核对。", "A case is not linked to itself; check the other id."),
    "case.not_linked": ("两案没有这种关联，请核对。", "The two cases are not related like that; check the relation."),
    "case.too_young_to_consent": (
        "未满十四周岁应由监护人同意，请核对同意人。",
        "Below 14 it is the guardian who consents; check who did.",
    ),
    "case.consent_expired": ("同意的期限已过，请核对日期。", "That consent has run out already; check the date."),
    "case.no_such_consent": ("没有记录此人的同意，请核对。", "No consent of that role stands; check who gave it."),
    # Referrals
    "referral.not_found": ("没有这个转办单，请核对编号。", "There is no such referral; check its id."),
    "referral.not_signed": ("转办单尚未签收，请先签收。", "The referral is not signed for; sign first."),
    "referral.returned": (
        "转办单已准予退回，不能再办理。",
        "The referral was returned; nothing more can be done on it.",
    ),
    "referral.not_in_this_state": (
        "转办单现为“{status}”，不能执行此操作；请查看进展。",
        "The referral is {status}; this cannot be done now. Look at its progress.",
    ),
    "referral.back_dated": (
        "时间早于转办或签收，不得倒填。",
        "The date lies before issue or sign-for; back-dating is not allowed.",
    ),
    "referral.system_sign_is_now": (
        "系统签收以操作时间为准，不能倒填；线下签收请写明签收方式。",
        "A sign-for in the system counts from now; name the means if it was done on paper or by phone.",
    ),
    "referral.not_a_proxy": (
        "代签由协调员办理，承办单位请选择其他签收方式。",
        "Only a coordinator signs for another; the unit names its own means.",
    ),
    "referral.reporter_may_not_verify": (
        "办理单位不得审核自己的办结反馈，请由协调员审核。",
        "Whoever reported may not verify or send back; a coordinator does.",
    ),
    "referral.unit_may_not_decide": (
        "承办单位不得审批自己的退单申请，请由协调员审批。",
        "A unit does not decide on its own return request; a coordinator does.",
    ),
    "referral.designated": (
        "已指定由你单位办理，不得再次申请退单。",
        "Your unit was designated; it may not ask to return this again.",
    ),
    "referral.return_too_late": (
        "签收满 5 个工作日后不再受理退单申请。",
        "A return can be asked for within 5 working days of sign-for only.",
    ),
    "referral.ended": (
        "转办单已结束（{status}），不能再办理；请查看进展。",
        "The referral has ended ({status}); nothing more can be done on it. Look at its progress.",
    ),
    "referral.duty_missing": (
        "承办单位的分管领导、责任科室、责任岗位未落实，不能转办；请先补全单位名录。",
        "The unit's leader, department and post are not all named; complete the directory before referring.",
    ),
    "referral.lead_not_found": (
        "找不到主办单位的转办单，请核对主办转办单编号。",
        "There is no referral of the lead unit; check the lead's id.",
    ),
    "referral.on_behalf_missing": (
        "协调员代填须写明代哪个单位（on_behalf_of）。",
        "A coordinator enters this for a unit only: name it in on_behalf_of.",
    ),
    "referral.not_its_unit": (
        "该单位不是本转办单的承办单位，不能代填；请核对。",
        "That unit does not handle this referral; check on_behalf_of.",
    ),
    "referral.proxy_method_missing": (
        "代填须写明来源（纸质、电话、传真、代填），不能是系统填报。",
        "What is entered for a unit names how it came: paper, phone, fax or proxy, not system.",
    ),
    "referral.requester_may_not_decide": (
        "申请人或代填人不得审批同一申请，请由他人审批。",
        "Whoever asked, or entered the request, does not decide on it; someone else does.",
    ),
    "referral.extension_pending": (
        "已有延期申请待审批，请先等待结果。",
        "An extension was asked for already and waits for a decision.",
    ),
    "referral.no_extension_asked": (
        "没有待审批的延期申请。",
        "No extension is asked for; there is nothing to decide.",
    ),
    "referral.extension_too_late": (
        "期限已届满，不再受理延期申请；请尽快办结并反馈。",
        "The due date has passed and no extension can be asked for; finish and report.",
    ),
    "referral.extension_more_than_asked": (
        "准予天数不得超过申请的 {days} 个工作日。",
        "No more than the {days} working days asked for can be granted.",
    ),
    "referral.extension_beyond_policy": (
        "超过协调员权限（累计 {times} 次、{days} 个工作日），请由督办员准予。",
        "Beyond what a coordinator may grant ({times} times, {days} working days in all); a supervisor must.",
    ),
    # Calendar
    "calendar.already_published": (
        "{year}年工作日历已公布；请核对年份，国务院另行通知调整的请注明 amends。",
        "The calendar of {year} is published already; check the year, or say `amends` if the State Council changed it.",
    ),
    "calendar.not_amendable": (
        "只能调整{first}年和{last}年的工作日历，请核对年份。",
        "Only the calendars of {first} and {last} can be amended; check the year.",
    ),
    "calendar.year_missing": (
        "请先公布{year}年的工作日历。",
        "The calendar of {year} must be published first.",
    ),
    "calendar.title_missing": ("请写明通知标题。", "Name the title of the notice."),
    "calendar.day_twice": (
        "{day} 列了两次，请核对通知。",
        "{day} is listed twice; compare with the notice.",
    ),
    "calendar.day_outside_the_year": (
        "{day} 不在可调整的范围（{first} 至 {last}）内，请核对通知。",
        "{day} lies outside what this notice can move ({first} to {last}); compare with the notice.",
    ),
    "calendar.make_up_day_is_a_weekday": (
        "{day} 是周一至周五，不是调休上班日，请核对通知。",
        "{day} is a weekday and no make-up day; compare with the notice.",
    ),
    "calendar.new_year_missing": (
        "没有列出{year}年1月1日（元旦），通知不完整，请补全。",
        "1 January {year} is not among the holidays; the list is not the whole notice.",
    ),
    # Queries
    "query.unknown": (
        "没有这个查询，请用 lianxi queries 查看。",
        "There is no such query; `lianxi queries` lists them.",
    ),
    "query.bad_parameter": (
        "查询“{query}”的参数“{field}”缺少或格式不对，请用 lianxi queries 核对。",
        "Parameter {field} of query {query} is missing or malformed; compare with `lianxi queries`.",
    ),
    "query.unknown_parameter": (
        "查询“{query}”没有所给的某个参数，请用 lianxi queries 核对。",
        "Query {query} has no parameter of one of the names given; compare with `lianxi queries`.",
    ),
    "archive.read_only": (
        "导出的账本只能查看，不能办理；请去掉 --archive 连接服务。",
        "An exported ledger is for reading; leave out --archive to reach the services.",
    ),
    "query.two_moments": (
        "位置和时刻只能给一个，请去掉 as_of 或 as_of_time。",
        "Give a position or a moment, not both; leave out as_of or as_of_time.",
    ),
    "query.stale": (
        "台账目前到第 {seq} 号，还差 {lag} 条，请稍后再查。",
        "The read models stand at {seq}, {lag} short of what you asked for; ask again shortly.",
    ),
    "query.too_slow": (
        "查询“{query}”超过 10 秒已中止，请缩小范围。",
        "Query {query} took over 10 seconds and was ended; narrow it.",
    ),
    "projection.stopped": (
        "台账与账本在第 {seq} 号处不符（{reason}），已停止更新；请联系审计人员，核实后用 lianxi rebuild 重建。",
        "The read models do not fit the ledger at {seq} ({reason}) and have stopped; call the auditor, then rebuild.",
    ),
    "projection.frozen": (
        "台账“{model}”自第 {seq} 号起无法更新，已冻结；其他台账照常，请联系管理员。",
        "Read model {model} could not take commit {seq} and is frozen; the others go on. Call the operator.",
    ),
    "projection.busy": ("正在重建，请稍后再试。", "A rebuild is under way; try again later."),
    # Notices
    "attachment.bad_part": (
        "文件分段不对：编号超出范围或内容不是 base64，请重新上传。",
        "This is no part of a file: its number or its base64 is wrong. Upload the file again.",
    ),
    "attachment.too_large": (
        "文件分段为空或超过 64 KiB（整份文件不超过 10 MiB），请压缩或拆分后再传。",
        "A part is empty or over 64 KiB (a file at most 10 MiB). Make the file smaller, or split it.",
    ),
    "attachment.too_many_waiting": (
        "未完成的上传太多，请先完成或一天后再试。",
        "Too many uploads are unfinished; finish them, or try again in a day.",
    ),
    "attachment.incomplete": (
        "文件没有收全，或与所报校验码不符，请重新上传。",
        "The file did not come whole, or is not the one of this digest. Upload it again.",
    ),
    "attachment.kind_unknown": (
        "不接受这种文件，lianxi codes media_type 列出可用格式。",
        "Files of this kind are not taken; `lianxi codes media_type` lists those that are.",
    ),
    "attachment.not_of_that_kind": (
        "文件内容与所报格式不符，请核对后再传。",
        "The file is not what it is said to be; check it and send it again.",
    ),
    "attachment.referral_takes_none": (
        "转办单现在是“{status}”，签收之后、终结之前才能附材料。",
        "The referral is {status}; files are taken after sign-for and before its end.",
    ),
    "attachment.not_found": ("没有这份附件，请核对编号。", "There is no such file; check its id."),
    "attachment.lost": (
        "附件已不能读取（密钥或内容缺失），请让承办单位重新提供，并告知审计员。",
        "The file can no longer be read: its key or its bytes are gone. Ask the unit for it again and tell the auditor.",
    ),
    "attachment.view_first": (
        "请先用 ViewFile 登记查阅，再读取附件。",
        "Record the view with ViewFile first; then read the file.",
    ),
    "notice.not_found": ("没有这个督办文书，请核对编号。", "There is no such notice; check its id."),
    "notice.referral_not_overdue": (
        "该转办单未超期，不能催办督办。",
        "The referral is not overdue; no notice can be drafted.",
    ),
    "notice.referral_ended": (
        "该转办单已办结或退单，无需督办；有新情况请另行转办。",
        "The referral has ended and is not supervised any more; new facts call for a new referral.",
    ),
    "notice.nothing_to_remind_of": (
        "该转办单没有临近的期限，不必提醒。",
        "No date of that referral lies ahead; there is nothing to remind of.",
    ),
    "notice.already_open": (
        "该转办单在这一级已有未销号的文书，请先办结或作废那一份。",
        "A notice of that level is open for the referral; discharge or withdraw it first.",
    ),
    "notice.by_standing_rule": (
        "提醒和催办按常设规定自动发出，请从督办通知（2级）起拟稿。",
        "Reminders and urges go out by the standing rule; draft from level 2 upwards.",
    ),
    "notice.escalate_instead": (
        "下一级文书尚未销号，请待其回执期满后升级（EscalateNotice）。",
        "A notice of a lower level is open; escalate it (EscalateNotice) once its date to reply has passed.",
    ),
    "notice.ground_missing": (
        "请至少写明一项督办理由。",
        "Name at least one ground of supervision.",
    ),
    "notice.ground_not_on_record": (
        "督办理由“{ground}”与转办单的情况不符，请核对进展后另选。",
        "The ground {ground} is not borne out by the referral; look at its progress and choose another.",
    ),
    "notice.form_not_of_level": (
        "约谈、挂牌两种形式只用于4级，请删去形式或改级别。",
        "Only level 4 has a form, talk or listed; leave the form out or change the level.",
    ),
    "notice.authority_basis_missing": (
        "请写明授权依据，没有依据不得督办。",
        "Name the authority basis; without one there is no notice.",
    ),
    "notice.authority_unknown": (
        "没有这项授权依据，请填授权清单中的代码或名称，或决议、批示的文号（如“青批〔2026〕3号”）。",
        "There is no such authority; give its code or name, or the number of a resolution or instruction.",
    ),
    "notice.authority_number_malformed": (
        "以“{basis}”为依据须写明文号（如“青批〔2026〕3号”），不写其他内容。",
        "A basis of the kind {basis_en} is given by its document number alone, like 青批〔2026〕3号.",
    ),
    "notice.authority_not_in_force": (
        "授权依据“{basis}”在{day}无效，请改用签发当日有效的依据。",
        "The authority {basis_en} is not in force on {day}; take one that is valid on the day of signing.",
    ),
    "notice.authority_not_for_level": (
        "授权依据“{basis}”不适用于{level}级督办，请改用适用的依据。",
        "The authority {basis_en} does not reach to level {level}; take one that does.",
    ),
    "notice.signatory_missing": ("请写明签发人职务。", "Name the post of whoever signs it off."),
    "notice.personal_data": (
        "文书要送承办单位，不得含电话、证件等号码，请删去。",
        "The notice goes to the unit: it may hold no phone or identity number; remove it.",
    ),
    "notice.previous_level_running": (
        "上一级文书尚未送达或回执期限未满，请待期满后再签发，或先作废上一级文书。",
        "The notice of the level below is not served or still has time; sign after its date, or withdraw it first.",
    ),
    "notice.back_dated": (
        "时间早于文书的上一步，请核对；不得倒填。",
        "The time lies before the notice's step before it; check it, back-dating is not allowed.",
    ),
    "notice.not_signed_off": (
        "文书尚未签发，请先签发再送达。",
        "The notice is not signed off yet; sign it off before it is served.",
    ),
    "notice.not_served": ("文书尚未签发送达。", "The notice is not signed off and served yet."),
    "notice.not_a_proxy": (
        "承办单位只能以本单位名义办理，请删去 on_behalf_of。",
        "A unit speaks for itself alone; leave on_behalf_of out.",
    ),
    "notice.on_behalf_of_missing": (
        "代承办单位录入须写明单位代码（on_behalf_of）。",
        "Name the unit that you enter this for (on_behalf_of).",
    ),
    "notice.on_behalf_of_another": (
        "该文书不是发给这个单位的，请核对单位代码。",
        "The notice is addressed to another unit; check the unit's code.",
    ),
    "notice.no_reply_asked": (
        "提醒不要求回执，也不升级；请按期签收或反馈转办单。",
        "A reminder asks for no reply and is not escalated; sign for the referral or report on it in time.",
    ),
    "notice.reply_not_due": (
        "回执期限未满，期满仍无通过的回执才能升级。",
        "The date to reply by has not passed; escalate after it, if no reply was accepted.",
    ),
    "notice.reply_accepted": (
        "回执已通过，不能再退回、作废或升级。",
        "The reply was accepted; the notice cannot be sent back, withdrawn or escalated any more.",
    ),
    "notice.highest_level": (
        "已提请联席会议，没有更高一级；请由会议议定。",
        "It is before the joint meeting already; there is no higher level.",
    ),
    "notice.withdrawn": (
        "文书已作废，请以新文书为准。",
        "The notice was withdrawn; go by the one that replaced it, if any.",
    ),
    "notice.discharged": ("文书已销号。", "The notice is discharged."),
    "notice.not_replied": ("尚无回执，不能审核或销号。", "There is no reply yet; it cannot be judged or discharged."),
    "notice.not_in_this_state": (
        "文书现为“{status}”，不能执行此操作。",
        "The notice is {status}; this cannot be done now.",
    ),
    # Briefings and their bulletins
    "briefing.not_found": (
        "没有这份简报，请核对标识或期号。",
        "There is no such briefing; check its id or issue number.",
    ),
    "briefing.period_reversed": (
        "期间的截止日早于起始日，请核对。",
        "The period ends before it begins; check the two days.",
    ),
    "briefing.period_not_over": (
        "期间超出第 {position} 条所知的时间（至 {day}），请提前截止日或取更新的位置。",
        "Position {position} knows nothing after {day}; end the period by then or take a newer position.",
    ),
    "briefing.position_unknown": (
        "账本没有这个位置（现到第 {head} 条），请核对。",
        "The ledger has no such position (it ends at {head}); check it.",
    ),
    "briefing.figures_behind": (
        "读模型尚未读到第 {position} 条，请稍后用同一编号重发。",
        "The read models have not come to position {position} yet; send it again with the same id shortly.",
    ),
    "briefing.figures_unavailable": (
        "读模型现在给不出这些数据（{reason}），请联系管理员，修复后重发。",
        "The read models cannot give these figures ({reason}); call the operator, then send it again.",
    ),
    "briefing.does_not_hold": (
        "在第 {position} 条重新计算，数据与生成时不一致（现为 {digest}…），请撤回并重新生成。",
        "Computed again at position {position} the figures differ (now {digest}…); withdraw it and generate another.",
    ),
    "briefing.own_work": (
        "不能审核自己生成的简报，请交另一人审核。",
        "Nobody reviews a briefing that they generated; ask somebody else.",
    ),
    "briefing.not_reviewed": (
        "简报尚未审核，请先审核再印发。",
        "The briefing is not reviewed yet; have it reviewed first.",
    ),
    "briefing.already_issued": (
        "简报已印发（{year}年第{number}期），不再另行印发；数据有变请更正。",
        "It is issued already (no. {number} of {year}); correct it if a figure has changed.",
    ),
    "briefing.not_issued": (
        "简报尚未印发，无需更正；请撤回并重新生成。",
        "It is not issued, so there is nothing to correct; withdraw it and generate another.",
    ),
    "briefing.withdrawn": (
        "简报已撤回，请以新一期为准。",
        "The briefing was withdrawn; go by the issue that replaced it, if any.",
    ),
    "briefing.back_dated": (
        "时间早于简报的上一步，请核对；不得倒填。",
        "The time lies before the briefing's last step; check it, back-dating is not allowed.",
    ),
    "briefing.recipient_missing": (
        "请写明报、送、发的对象，至少一个。",
        "Name at least one recipient: whom it is reported, sent or issued to.",
    ),
    "briefing.recipient_twice": (
        "“{code}”列了两次，请只保留一处。",
        "{code} stands twice among the recipients; keep one of them.",
    ),
    "briefing.figure_unknown": (
        "这一期没有这个指标，请用 lianxi query figures 查看指标名称。",
        "There is no such figure; `lianxi query figures` shows their names.",
    ),
    "briefing.figure_unchanged": (
        "截至第 {position} 条，这个指标仍是 {value}，无需更正。",
        "At position {position} the figure still is {value}; there is nothing to correct.",
    ),
    "briefing.position_not_newer": (
        "更正的位置应晚于第 {after} 条，请取更新的位置。",
        "A correction takes a position after {after}; give a newer one.",
    ),
    "briefing.cause_outside": (
        "引起更正的提交应在第 {after} 条之后、第 {until} 条以前（含），请核对。",
        "The commit that caused it lies after {after} and at or before {until}; check its number.",
    ),
    # Meetings and resolutions
    "meeting.not_found": ("没有这个会议，请核对标识。", "There is no such meeting; check its id."),
    "meeting.back_dated": (
        "时间早于上一步，请核对；不得倒填。",
        "The time lies before the step that it follows; check it, back-dating is not allowed.",
    ),
    "meeting.in_the_past": ("会议时间早于当前时间，请核对。", "The meeting would lie in the past; check its time."),
    "meeting.too_far_ahead": (
        "会议时间在两年以后，请核对年份。",
        "The meeting lies more than two years ahead; check the year.",
    ),
    "meeting.has_begun": (
        "会议时间已到，不能再发通知；请另行筹备会议。",
        "The meeting's time has come; nobody can be called any more. Plan another one.",
    ),
    "meeting.not_begun": (
        "会议尚未到召开时间，请会后登记到会情况。",
        "The meeting has not begun; record who attended once it has.",
    ),
    "meeting.label_empty": ("字段“{field}”为空，请填写。", "The field {field} is empty; fill it in."),
    "meeting.personal_data": (
        "字段“{field}”里有像电话或证件号的数字，请只写事项和职务。",
        "The field {field} holds what looks like a person's number; write matters and posts only.",
    ),
    "meeting.id_named": (
        "会议材料不写系统标识，个案尤其不得出现；请改用文号或代码。",
        "No id stands in the papers of a meeting, a case's least of all; use a document number or codes.",
    ),
    "meeting.number_missing": (
        "这类议题须写明转办单、督办文书或议定事项的文号。",
        "An item of this kind names the number of a referral, notice or resolution; give it.",
    ),
    "meeting.number_malformed": (
        "文号写作“青转〔2026〕7号”的样式，请核对。",
        "Write the number as 青转〔2026〕7号; check it.",
    ),
    "meeting.no_such_item": ("会议没有这个议题，请核对标识。", "The meeting has no such item; check its id."),
    "meeting.agenda_frozen": (
        "议题已定，不能再增减或另换简报；请提交下次会议。",
        "The agenda is frozen; nothing is added or changed. Take it to the next meeting.",
    ),
    "meeting.agenda_empty": ("还没有议题，请先提出议题。", "There is no item yet; propose one first."),
    "meeting.no_such_briefing": (
        "没有这份简报，请先生成简报（lianxi briefing）再定议题。",
        "There is no such briefing; generate it first, then freeze the agenda.",
    ),
    "meeting.briefing_withdrawn": (
        "这份简报已撤回，请改用更正后的简报。",
        "This briefing was withdrawn; take the one that corrects it.",
    ),
    "meeting.unit_twice": (
        "同一单位出现了两次，请只保留一处。",
        "A unit is named twice; keep it in one place.",
    ),
    "meeting.unit_not_called": (
        "有单位未在通知范围，请记为列席，或先补发通知。",
        "A unit was not called to the meeting; record it as an observer.",
    ),
    "meeting.items_open": (
        "还有{left}个议题没有结果，请逐项登记后再拟纪要。",
        "{left} items have no outcome yet; record each before the minutes are drafted.",
    ),
    "meeting.figures_differ": (
        "纪要的数据与会前确定的简报不一致；请改用该简报的数据，或附上更正简报（restatement）。",
        "The figures are not those of the frozen briefing; print those, or name the briefing that restates them.",
    ),
    "meeting.resolutions_open": (
        "还有{left}项议定事项未销号，请先销号或结转下次会议。",
        "{left} resolutions are open; discharge them or carry them over first.",
    ),
    "meeting.not_in_this_state": (
        "会议现为“{status}”，不能执行此操作，请按会议流程逐步办理。",
        "The meeting is {status}; this cannot be done now. Take its steps in their order.",
    ),
    "resolution.not_found": ("没有这项议定事项，请核对标识。", "There is no such resolution; check its id."),
    "cooperation.not_a_co_unit": (
        "该单位不是这项议定事项的配合单位，请核对。",
        "That unit does not assist in this resolution; check it.",
    ),
    "resolution.back_dated": (
        "时间早于上一步，请核对；不得倒填。",
        "The time lies before the step that it follows; check it, back-dating is not allowed.",
    ),
    "resolution.lead_among_co": (
        "牵头单位不能同时列为配合单位，请从配合单位中删去。",
        "The lead cannot be among the co-units; take it out there.",
    ),
    "resolution.due_too_early": (
        "期限应晚于会议（或原期限）且不早于今天，请改日期。",
        "The due day lies after the meeting, or after the day that runs, and not before today; take a later one.",
    ),
    "resolution.due_too_late": (
        "期限在五年以后，请核对年份，或分步议定。",
        "The due day lies more than five years ahead; check the year, or resolve on a first step.",
    ),
    "resolution.due_no_working_day": (
        "期限应是工作日，请改到前后的工作日。",
        "The due day is a working day; take the one before or after.",
    ),
    "resolution.due_missing": (
        "原期限已过，退回时请写明新的期限（due）。",
        "The due day has passed; name the new one (due) when you send it back.",
    ),
    "resolution.not_a_proxy": (
        "只能为本单位反馈，且在系统中直接填报，请核对。",
        "A unit speaks for itself, in the system; check on_behalf_of and method.",
    ),
    "resolution.on_behalf_missing": (
        "代填须写明所代的单位（on_behalf_of）。",
        "Name the unit that you enter this for (on_behalf_of).",
    ),
    "resolution.not_its_unit": (
        "所代单位不是这项议定事项的牵头单位，请核对。",
        "That unit does not lead this resolution; check on_behalf_of.",
    ),
    "resolution.method_missing": (
        "代填须写明材料来源（method：paper、phone、fax 等）。",
        "Say how the unit's word came in (method: paper, phone, fax).",
    ),
    "resolution.not_reported": (
        "牵头单位尚未反馈，不能销号或退回。",
        "The lead has not reported yet; it cannot be discharged or sent back.",
    ),
    "resolution.own_report": (
        "反馈人、代填人和牵头单位不得审核本件，请交他人办理。",
        "Whoever reported it, or entered the report, does not judge it; hand it to someone else.",
    ),
    "resolution.extension_by_supervisor": (
        "期限已过，只有督查人员可以批准延期。",
        "The due day has passed; a supervisor alone can extend it now.",
    ),
    "resolution.not_in_this_state": (
        "议定事项现为“{status}”，不能执行此操作，请核对。",
        "The resolution is {status}; this cannot be done now.",
    ),
}


def unusable_code(list_name: str, code: str | None, field: str, day: date) -> Refused | None:
    """A refusal when `code` is given and was not in use on `day`, its first and last day included; else None.

    `day` is the day that the code speaks of: a contact of 2014 is in a county that is no more (domain.md §4.6).
    """
    if code is None:
        return None
    entry = code_list(list_name).get(code)
    if entry is None:
        return Refused("code.unknown", field, {"list": list_name})
    return None if entry.valid_on(day) else Refused("code.not_in_use", field, {"list": list_name, "day": str(day)})


def sentences(refused: Refused) -> tuple[str, str]:
    """The Chinese and the English sentence of a refusal, filled. An unknown code still gets two sentences."""
    zh, en = SENTENCES.get(refused.code, ("请求未被接受（{code}）。", "The request was refused ({code})."))
    places = {"code": refused.code, "field": refused.field or "-", **refused.details}

    class _Gaps(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "-"

    return zh.format_map(_Gaps(places)), en.format_map(_Gaps(places))
