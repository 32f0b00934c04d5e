"""Every fixed text of the documents in both languages: Chinese is what is signed, English is for `--lang en`."""

from events.codes import code_list

TEXTS: dict[str, tuple[str, str]] = {
    "masthead.briefing": ("青少年维权工作简报", "Youth Rights Briefing"),
    "issuer": ("青少年维权工作联席会议办公室", "Office of the Joint Meeting on Youth Rights"),
    "secrecy": ("内部资料  注意保存", "Internal: keep safe"),
    "issue.number": ("第{n}期（总第{total}期）", "No. {n} (No. {total} in all)"),
    "issue.none": ("（待编号）", "(to be numbered)"),
    "briefing.draft": ("（未编号）", "(not numbered)"),
    "briefing.not_issued": ("未印发，不作分送", "Not issued: goes to nobody yet"),
    "briefing.title": ("{period}\n青少年维权热线工作情况", "Work of the youth rights hotline, {period}"),
    "1": ("一、基本情况", "1. Overview"),
    "2": ("二、转办办理情况", "2. Referrals"),
    "3": ("三、督办情况", "3. Supervision"),
    "4": ("四、回访与满意", "4. Callbacks"),
    "5": ("五、热点与预警", "5. Topics and warnings"),
    "6": ("六、重点个案", "6. Cases of note"),
    "7": ("七、上次议定事项落实", "7. Resolutions of the last meeting"),
    "8": ("八、提请会议研究事项", "8. For the meeting to consider"),
    "corrections": ("更正", "Corrections"),
    "annex": ("附表", "Annexes"),
    "group.answered": ("电话解答（含心理疏导）", "answered on the phone"),
    "group.referred": ("移送转办", "referred"),
    "group.coordinated": ("直接协调", "coordinated directly"),
    "group.not_accepted": ("不予受理", "not accepted"),
    "group.emergency": ("紧急转110/120", "handed over to 110/120"),
    "group.informed": ("告知其他途径", "told of another route"),
    "group.merged": ("并入在办", "merged"),
    "group.non_substantive": ("非实质", "non-substantive"),
    "group.none": ("未载明处置方式", "no disposition"),
}


def text(key: str, lang: str, **places: object) -> str:
    """The fixed text under a key, its places filled."""
    zh, en = TEXTS[key]
    return (en if lang == "en" else zh).format(**places)


def label(list_name: str, code: object, lang: str) -> str:
    """A code's label; a dash for none."""
    if code is None:
        return "—"
    codes = code_list(list_name)
    return codes.en(str(code)) if lang == "en" else codes.zh(str(code))


def either(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh
