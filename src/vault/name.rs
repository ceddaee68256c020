//! Forms of a name: the written form, and its readings in pinyin without tones.
//!
//! A clerk may know a name by ear only, and many surnames are read otherwise than the same character elsewhere. Every
//! name therefore has up to eight readings, the surname's own reading first.

use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;

/// Readings kept for one name. Enough for a name with three characters of two readings each; more would only widen
/// the search.
pub const MAX_READINGS: usize = 8;

/// Surnames of one character whose reading as a surname is not the usual one, traditional forms included. From the
/// surname readings in 现代汉语词典 (7th ed.); `ü` is written `v`.
const SURNAMES: &[(char, &[&str])] = &[
    ('仇', &["qiu"]),
    ('解', &["xie"]),
    ('单', &["shan"]),
    ('單', &["shan"]),
    ('曾', &["zeng"]),
    ('盖', &["ge", "gai"]),
    ('蓋', &["ge", "gai"]),
    ('区', &["ou"]),
    ('區', &["ou"]),
    ('缪', &["miao"]),
    ('繆', &["miao"]),
    ('朴', &["piao"]),
    ('繁', &["po"]),
    ('员', &["yun"]),
    ('員', &["yun"]),
    ('䶮', &["yan"]),
    ('龑', &["yan"]),
    ('尉', &["wei", "yu"]),
    ('查', &["zha"]),
    ('任', &["ren"]),
    ('华', &["hua"]),
    ('華', &["hua"]),
    ('覃', &["qin", "tan"]),
    ('牟', &["mou", "mu"]),
    ('秘', &["bi", "mi"]),
    ('洗', &["xian"]),
    ('冼', &["xian"]),
    ('乐', &["yue", "le"]),
    ('樂', &["yue", "le"]),
    ('种', &["chong"]),
    ('召', &["shao"]),
    ('黑', &["he", "hei"]),
    ('翟', &["zhai", "di"]),
    ('祭', &["zhai", "ji"]),
    ('宁', &["ning"]),
    ('卜', &["bu"]),
    ('薄', &["bo"]),
    ('柏', &["bai", "bo"]),
    ('都', &["du"]),
    ('句', &["gou"]),
    ('隗', &["wei", "kui"]),
    ('莘', &["shen", "xin"]),
    ('燕', &["yan"]),
    ('折', &["she"]),
    ('佴', &["nai"]),
    ('能', &["nai"]),
    ('沈', &["shen"]),
    ('谌', &["chen", "shen"]),
    ('諶', &["chen", "shen"]),
    ('车', &["che"]),
    ('車', &["che"]),
    ('贾', &["jia"]),
    ('賈', &["jia"]),
    ('费', &["fei", "bi"]),
    ('費', &["fei", "bi"]),
    ('乜', &["nie", "mie"]),
    ('宓', &["mi", "fu"]),
    ('郇', &["xun", "huan"]),
    ('郗', &["xi", "chi"]),
    ('适', &["kuo", "shi"]),
    ('盛', &["sheng"]),
    ('藏', &["zang"]),
    ('重', &["chong"]),
    ('逄', &["pang"]),
    ('褚', &["chu"]),
    ('晁', &["chao"]),
    ('尹', &["yin"]),
    ('郝', &["hao"]),
];

/// Surnames of two characters whose reading cannot be put together from the usual readings.
const COMPOUND_SURNAMES: &[([char; 2], &str)] = &[
    (['万', '俟'], "moqi"),
    (['萬', '俟'], "moqi"),
    (['尉', '迟'], "yuchi"),
    (['尉', '遲'], "yuchi"),
    (['长', '孙'], "zhangsun"),
    (['長', '孫'], "zhangsun"),
    (['澹', '台'], "tantai"),
    (['澹', '臺'], "tantai"),
    (['令', '狐'], "linghu"),
    (['单', '于'], "chanyu"),
    (['單', '于'], "chanyu"),
    (['鲜', '于'], "xianyu"),
    (['鮮', '于'], "xianyu"),
    (['夹', '谷'], "jiagu"),
    (['夾', '谷'], "jiagu"),
    (['皇', '甫'], "huangfu"),
    (['呼', '延'], "huyan"),
];

/// The written form that names are compared and indexed by: compatibility forms unified (NFKC), full width made half,
/// lower case, without spaces, middle dots and invisible characters.
pub fn normalise(value: &str) -> String {
    value.nfkc().flat_map(char::to_lowercase).filter(|c| !is_filler(*c)).collect()
}

/// The readings of a name in toneless pinyin, without spaces and with `v` for `ü`, likeliest first, at most
/// [`MAX_READINGS`]. Characters that are not Chinese stay as they are, without accents, apostrophes and hyphens.
pub fn readings(name: &str) -> Vec<String> {
    let name = normalise(name);
    let characters: Vec<char> = name.chars().collect();
    let (surname, rest) = surname(&characters);
    let mut options: Vec<Vec<String>> = surname.into_iter().collect();
    options.extend(rest.iter().copied().map(character_readings));
    options.retain(|readings| !readings.is_empty());
    let mut found = Vec::new();
    let departures: usize = options.iter().map(|readings| readings.len() - 1).sum();
    for rank in 0..=departures {
        combine(&options, rank, &mut String::new(), &mut found);
    }
    found.retain(|reading| !reading.is_empty());
    found
}

/// What lists of names are put in order by: the likeliest reading, character by character as dictionaries do, then the
/// written form.
pub fn name_order(name: &str) -> (String, String) {
    let name = normalise(name);
    let characters: Vec<char> = name.chars().collect();
    let (surname, rest) = surname(&characters);
    let mut read: Vec<Vec<String>> = surname.into_iter().collect();
    read.extend(rest.iter().copied().map(character_readings));
    let likeliest = read.into_iter().filter_map(|readings| readings.into_iter().next());
    // A letter is no syllable.
    let between = if name.is_ascii() { "" } else { " " };
    (likeliest.collect::<Vec<_>>().join(between), name)
}

/// Whether a name is what was searched for: in writing, or in any of its readings. The exact comparison after a blind
/// index has been asked and the names have been opened.
pub fn name_matches(query: &str, name: &str) -> bool {
    let wanted = query_forms(query);
    let written = normalise(name);
    wanted.contains(&written) || readings(name).iter().any(|reading| wanted.contains(reading))
}

/// The forms a query may have been indexed by; none if it is too short to be a full name.
pub(super) fn query_forms(query: &str) -> Vec<String> {
    let written = normalise(query);
    let latin = latin(&written);
    // Passports write ü as yu after l and n.
    let passport = latin.replace("lyu", "lv").replace("nyu", "nv");
    distinct([written, latin, passport])
}

/// The forms a name is indexed by; none if it is too short to be a full name.
pub(super) fn name_forms(name: &str) -> Vec<String> {
    let written = normalise(name);
    if !is_full(&written) {
        return Vec::new();
    }
    distinct(std::iter::once(written).chain(readings(name)))
}

/// A surname or an initial alone is never indexed: the handful of common ones would show in the index.
fn is_full(form: &str) -> bool {
    form.chars().nth(1).is_some()
}

fn distinct(forms: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept = Vec::new();
    for form in forms {
        if is_full(&form) && !kept.contains(&form) {
            kept.push(form);
        }
    }
    kept
}

/// Further surnames of two characters, whose reading is that of their characters.
const PLAIN_COMPOUNDS: [&str; 24] = [
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "慕容", "司徒", "司空", "宇文", "公孙",
    "公孫", "东方", "東方", "南宫", "南宮", "轩辕", "端木", "百里", "钟离", "申屠", "独孤",
];

/// A name as it stands where more than one case is seen at once: the surname with 某 for what follows, or initials.
pub fn short_name(name: &str) -> String {
    let letters: Vec<char> = name.trim().chars().filter(|c| !is_filler(*c)).collect();
    if letters.first().is_some_and(char::is_ascii) || letters.iter().any(|c| c.is_lowercase()) {
        let initials = name.split(|c: char| is_filler(c)).filter_map(|part| part.chars().next());
        return initials.map(|c| format!("{}.", c.to_uppercase())).collect::<Vec<_>>().join(" ");
    }
    let (_, given) = surname(&letters);
    let first: String = letters.iter().take(2).collect();
    let own = if PLAIN_COMPOUNDS.contains(&first.as_str()) { 2 } else { letters.len() - given.len() };
    letters.iter().enumerate().map(|(place, c)| if place < own { *c } else { '某' }).collect()
}

/// The readings of the surname a name begins with, its reading as a surname first, and what follows it; `None` for
/// an empty name.
fn surname(name: &[char]) -> (Option<Vec<String>>, &[char]) {
    if let [first, second, rest @ ..] = name
        && let Some((_, compound)) = COMPOUND_SURNAMES.iter().find(|(pair, _)| pair == &[*first, *second])
    {
        // 单于 may also be a 单 whose given name begins with 于.
        let apart =
            [*first, *second].map(|c| surname_readings(c).into_iter().next().unwrap_or_default()).concat();
        return (Some(distinct([(*compound).to_owned(), apart])), rest);
    }
    match name.split_first() {
        Some((first, rest)) => (Some(surname_readings(*first)), rest),
        None => (None, name),
    }
}

/// The readings of a character where a surname stands.
fn surname_readings(character: char) -> Vec<String> {
    let own = SURNAMES.iter().find(|(surname, _)| *surname == character).map_or(&[][..], |(_, own)| own);
    let mut readings: Vec<String> = own.iter().map(|reading| (*reading).to_owned()).collect();
    for other in character_readings(character) {
        if !readings.contains(&other) {
            readings.push(other);
        }
    }
    readings
}

/// All combinations that depart from the likeliest readings by `rank` steps in all.
fn combine(options: &[Vec<String>], rank: usize, prefix: &mut String, found: &mut Vec<String>) {
    let Some((first, rest)) = options.split_first() else {
        if !found.contains(prefix) {
            found.push(prefix.clone());
        }
        return;
    };
    let beyond: usize = rest.iter().map(|readings| readings.len() - 1).sum();
    for (step, reading) in first.iter().enumerate().take(rank + 1) {
        if found.len() == MAX_READINGS {
            return;
        }
        if rank - step > beyond {
            continue;
        }
        let len = prefix.len();
        prefix.push_str(reading);
        combine(rest, rank - step, prefix, found);
        prefix.truncate(len);
    }
}

/// The readings of one character; the character itself when it has none.
fn character_readings(character: char) -> Vec<String> {
    let mut readings = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        let reading = reading.plain().replace('ü', "v");
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    if readings.is_empty() {
        readings.push(latin(character.encode_utf8(&mut [0; 4])));
        readings.retain(|reading| !reading.is_empty());
    }
    readings
}

/// Without accents, tones, apostrophes and hyphens; `ü` becomes `v`.
fn latin(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.nfd() {
        match c {
            '\u{308}' if out.ends_with('u') => {
                out.pop();
                out.push('v');
            }
            '\u{300}'..='\u{36f}' | '\'' | '’' | '‘' | 'ʼ' | '`' | '-' | '‐' | '‑' | '–' => {}
            _ => out.push(c),
        }
    }
    out
}

/// Spaces, the middle dots of names written in parts, and characters nobody sees.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '·' | '•' | '‧' | '・' | '∙' | '⋅' | '⸱' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}'
        )
}

#[cfg(test)]
mod tests;
