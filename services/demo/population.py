"""The demo's register: 114 contacts of half a year with nobody real in them, the same for the same seed."""

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from events.codes import code_list
from services.console.register_csv import desk_of
from services.demo.persons import CITY, Person, child_words, opening, random_moments, region_words
from services.directory import directory

CONTACTS, ANSWERED, REFERRED, COORDINATED = 114, 90, 18, 6
FIRST_DAY, LAST_DAY = date(2026, 1, 12), date(2026, 6, 30)
HEADER = (
    *("编号", "来电时间", "结束时间", "渠道", "值班员", "来电人角色", "来电人姓名", "来电人电话", "当事人姓名"),
    *("当事人性别", "当事人年龄", "区划码", "诉求类型", "问题类别", "紧急程度", "强制报告筛查", "通话内容", "处理意见"),
    *("处置方式", "转办单位", "处理结果", "如何知道热线", "保密要求", "备注"),
)
