"""How what sources write is made comparable: Latin letters, lower case, no marks, one spelling.

Every function takes one text and returns None where nothing is left to compare. Transliteration is anyascii's.
"""

from __future__ import annotations

import re

from anyascii import anyascii


def _listed(text: str) -> list[str]:
    return text.split()


TITLES = frozenset(
    _listed(
        "dr dra drs doctor docteur dott dottssa dottoressa dottore ssa prof profssa professor professore "
        "professoressa profesor profesora professeur doc docent doz dozent privdoz pd uzm med univ habil mult dipl "
        "mr mrs ms miss mme mlle sig sigra herr frau md phd mph msc mbbs mbchb frcp facc dds jr sr ii iii"
    )
)
HAN_TITLES = re.compile("(?:医生|醫生|医师|醫師|教授|主任|博士|先生|女士|大夫)+$")
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
SYLLABIC = re.compile("^[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3·\\s]+$")  # family name first, without spaces
TWO_CHARACTER_FAMILIES = frozenset(
    _listed(
        "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 端木 东方 東方 司徒 长孙 "
        "남궁 황보 선우"
    )
)
# The commonest Chinese family names in pinyin, the commonest first (Ministry of Public Security, 2020).
CHINESE_FAMILIES = {
    name: rank
    for rank, name in enumerate(
        _listed(
            "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song "
            "tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren yao "
            "shen zhong jin cui tan liao fan shi jia xia fu fang zou xiong bai meng qin qiu hou yan xue yin lei long "
            "duan hao kong shao mao chang wan gu lai kang qian niu hong gong"
        )
    )
}
PUBLIC_PROVIDERS = frozenset(
    _listed(
        "gmail.com googlemail.com icloud.com me.com mac.com aol.com msn.com web.de t-online.de freenet.de libero.it "
        "virgilio.it tiscali.it alice.it tin.it orange.fr wanadoo.fr free.fr laposte.net sfr.fr qq.com 163.com 126.com "
        "sina.com foxmail.com mail.ru proton.me protonmail.com naver.com seznam.cz wp.pl o2.pl bluewin.ch mynet.com "
        "btinternet.com comcast.net verizon.net att.net"
    )
)
PUBLIC_NAMES = frozenset(_listed("yahoo ymail hotmail outlook live gmx yandex"))  # under any country's ending
PARTICLES = frozenset(
    _listed(
        "de di da del della delle dei degli dell dal dalla lo la le van von der den ter ten zu zur du des dos das al "
        "el bin ibn st saint mac mc af av y"
    )
)
PINYIN = re.compile(
    "(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|[aeiouv]))"
    "{1,2}"
)
UMLAUTS = re.compile("(?<=[aou])e|(?<=a)a")
PLACEHOLDER_LICENCE = re.compile("[0-]*")
PHONE_DIGITS = 8
LEAST_PHONE_DIGITS = 6


def latin(text: str | None) -> str:
    """Return text in ASCII and lower case; Chinese characters become a syllable each."""
    return anyascii(text or "").lower()


def words(text: str | None) -> str | None:
    """Return the words of a text; spellings of umlauts (ü, ue; ö, oe; ø, o; å, aa) agree."""
    bare = re.sub("['`´]", "", latin(text))
    return " ".join(UMLAUTS.sub("", word) for word in re.findall("[a-z0-9]+", bare)) or None


def name_words(text: str | None) -> list[str]:
    """Return the words of a name without titles; a name of nothing but titles keeps them."""
    found = (words(HAN_TITLES.sub("", (text or "").strip())) or "").split()
    return [word for word in found if word not in TITLES] or found


def given_name(text: str | None, nicknames: dict[str, str]) -> str | None:
    """Return a given name in one word, each of its parts replaced by the name it is short for."""
    return "".join(nicknames.get(word, word) for word in name_words(text)) or None


def family_name(text: str | None) -> str | None:
    """Return a family name in one word: particles, hyphens and spaces are written in many ways."""
    return "".join(name_words(text)) or None


def initials(text: str | None, nicknames: dict[str, str]) -> str | None:
    """Return the first letter of the first given name, the only one that all sources have."""
    found = given_name(text, nicknames)
    return found[0] if found else None


def split_name(text: str | None) -> tuple[str | None, str | None]:
    """Return given and family name of a full name, as written.

    "Family, Given" and Chinese or Korean script put the family name first, and so does pinyin where the first word
    is the commoner family name of the two. A single word is taken to be the family name.
    """
    bare = HAN_TITLES.sub("", (text or "").strip())
    if SYLLABIC.match(bare):
        whole = re.sub("[·\\s]", "", bare)
        first = 2 if whole[:2] in TWO_CHARACTER_FAMILIES else 1
        return whole[first:] or None, whole[:first] or None
    family, comma, given = bare.partition(",")
    if comma and name_words(given) and not set(_raw_words(given)) <= TITLES:
        return given.partition(",")[0], family
    parts = [word for word in re.split(r"[\s.]+", family) if word and latin(word) not in TITLES]
    if len(parts) < 2:
        return None, (parts or [None])[0]
    return _in_order(parts)


def _raw_words(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", latin(text))


def _in_order(parts: list[str]) -> tuple[str, str]:
    """Return given and family name of two words or more; particles (de, van, Dell') belong to the family name."""
    never = len(CHINESE_FAMILIES)
    first, last = (CHINESE_FAMILIES.get(latin(part), never) for part in (parts[0], parts[-1]))
    if len(parts) == 2 and first < last and is_pinyin(latin(parts[1])):
        return parts[1], parts[0]
    at = next((n for n, part in enumerate(parts[1:-1], 1) if latin(part) in PARTICLES), len(parts) - 1)
    return " ".join(parts[:at]), " ".join(parts[at:])


def is_pinyin(word: str) -> bool:
    """Return whether a word can be read as one or two Chinese syllables."""
    return PINYIN.fullmatch(re.sub("[^a-z]", "", word)) is not None


def phone(text: str | None) -> str | None:
    """Return the last digits of a telephone number, the same with and without a country's prefix."""
    digits = re.sub("[^0-9]", "", latin(text)).lstrip("0")
    return digits[-PHONE_DIGITS:] if len(digits) >= LEAST_PHONE_DIGITS and len(set(digits)) > 1 else None


def email(text: str | None) -> str | None:
    """Return an e-mail address in lower case."""
    address = (text or "").strip().lower().removeprefix("mailto:")
    name, _, domain = address.rpartition("@")
    return address if name and "." in domain and " " not in address else None


def email_domain(text: str | None) -> str | None:
    """Return the domain of an e-mail address unless it is that of a provider for everybody."""
    domain = (email(text) or "").rpartition("@")[2]
    is_public = domain in PUBLIC_PROVIDERS or domain.partition(".")[0] in PUBLIC_NAMES
    return None if is_public else domain or None


def licence_id(text: str | None) -> str | None:
    """Return a licence number in lower case; zeros and dashes are placeholders."""
    number = (text or "").strip().lower()
    return None if PLACEHOLDER_LICENCE.fullmatch(number) else number


def code(text: str | None) -> str | None:
    """Return the letters and digits of a code."""
    return re.sub("[^a-z0-9]", "", latin(text)) or None
