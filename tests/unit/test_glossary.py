"""Every Chinese text that the program records by itself has an English form, and what nobody knows is not guessed."""

import re

import pytest

from events.calendar import published
from events.codes import CodeList, Entry, code_list
from events.referral import Duty
from services import glossary
from services.deadlines import bases
from services.decision import Refused
from services.directory import directory
from services.glossary import in_english, said
from services.meeting.adopting import DEFAULT_BASIS
from services.referral import supervision
from services.referral.issuing import LEGAL_BASIS, YOUTH_LAW
from services.refusals import sentences
from tests.support.papers import CHINESE

RECORDED = {
    "authority": {each.entry.zh for each in supervision.authorities().values()},
    "signatory": {each.signatory for each in supervision.authorities().values() if each.signatory},
    "resolution": {code_list("authority").zh(DEFAULT_BASIS)},
    "policy": set(bases()),
    "law": {YOUTH_LAW, *(law for laws in LEGAL_BASIS.values() for law in laws)},
    "duty": {title for unit in directory().units for title in (unit.leader, unit.department, unit.post)},
    "holiday": {day.name for day in published().days() if day.name},
    "calendar": {day.source for day in published().days() if day.source},
}


@pytest.mark.parametrize("kind", sorted(RECORDED))
def test_what_the_program_records_by_itself_has_an_english_form(kind):
    assert RECORDED[kind]
    for text in RECORDED[kind]:
        assert CHINESE.search(text) and in_english(text).isascii(), text
        assert said(text, "zh") == text


def test_the_posts_that_a_fact_records_are_read_by_their_texts_whatever_became_of_the_unit():
    duty = Duty(leader="分管副局长", department="基础教育科", post="已撤销的岗位")
    assert [in_english(each) for each in (duty.leader, duty.department, duty.post)] == [
        *("Deputy director in charge", "Basic education section"),
        "已撤销的岗位",
    ]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("未成年人保护法第二十八条", "Law on the Protection of Minors, article 28"),
        ("未成年人保护法第十一条第二款", "Law on the Protection of Minors, article 11, paragraph 2"),
        ("信访工作条例第三十条第一款第三项", "Regulations on petitions, article 30, paragraph 1, item 3"),
        ("法律援助法第一百零四条", "Legal Aid Law, article 104"),
        ("法律援助法第二百条", "Legal Aid Law, article 200"),
        ("法律援助法第一百一十九条", "Legal Aid Law, article 119"),
        ("国庆节、中秋节", "National Day, Mid-Autumn Festival"),
        ("2026年第1期（总第12期）", "2026 No. 1 (No. 12 in all)"),
        ("联席会议制度（示例）第6条", "Rules of the joint meeting on youth rights (example), article 6"),
        ("转办件逾期未办结", "Referral overdue"),
    ],
)
def test_a_law_is_read_with_its_article_and_a_list_by_its_parts(text, english):
    assert in_english(text) == english


@pytest.mark.parametrize(
    "text",
    ["", "—", "青批〔2026〕3号", "联席会议纪要〔2026〕2号第3项", "法律援助法第", "法律援助法第三条及附件", "某办法第三条", "国庆节、某节", "Rules"],
)  # fmt: skip
def test_a_text_that_nobody_knows_stands_as_it_was_recorded(text):
    assert in_english(text) == said(text, "en") == text


def test_a_glossary_in_which_one_text_means_two_is_refused(monkeypatch):
    (title, _), *_ = directory().titles.items()
    double = CodeList("holiday", "-", "-", "1", "-", (Entry(code="a", zh=title, en="a holiday"),))
    monkeypatch.setattr(glossary, "code_list", lambda name: double)
    with pytest.raises(ValueError, match="is called both"):
        glossary._texts.__wrapped__()


def test_a_refusal_names_the_authority_in_the_language_of_its_sentence():
    refused = [
        supervision.basis(2, "joint-meeting-2012-5", None, published().last),
        supervision.basis(5, "joint-meeting-6", None, published().last),
        supervision.basis(2, "meeting-resolution", None, published().last),
    ]
    for each in refused:
        assert isinstance(each, Refused)
        zh, en = sentences(each)
        assert "{" not in zh + en and "“-”" not in zh
        assert not CHINESE.search(re.sub("青批〔2026〕3号", "", en)), en
        assert "joint meeting" in en.lower()
