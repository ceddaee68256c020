//! The language of a page: the person's choice, then the browser's. Days, times and names as each language writes them.

use axum::http::{HeaderMap, header};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::texts::T;
use crate::record::Text;

/// Cookie in which the choice of language is kept. It says nothing about the person, and scripts may not read it.
pub(super) const COOKIE: &str = "tutela-lang";

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language with a code.
    pub(super) fn read(code: &str) -> Option<Self> {
        match code {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// What a request asks for: the cookie, then the first of `Accept-Language` that there is, else Chinese.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let chosen = cookies
            .flat_map(|value| value.split(';'))
            .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .find_map(Self::read);
        chosen.unwrap_or_else(|| {
            let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            accepted
                .unwrap_or_default()
                .split(',')
                .find_map(|part| Self::read(part.trim().get(..2)?.to_ascii_lowercase().as_str()))
                .unwrap_or(Self::Zh)
        })
    }

    /// Its code as HTML wants it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// A text of the interface.
    pub(super) const fn say(self, text: &T) -> &'static str {
        match self {
            Self::Zh => text.zh,
            Self::En => text.en,
        }
    }

    /// A text of a pack or the law.
    pub(super) fn text(self, text: &Text) -> &str {
        match self {
            Self::Zh => &text.zh,
            Self::En => &text.en,
        }
    }

    /// Several things in a row, as the language separates them.
    pub(super) fn list<S: AsRef<str>>(self, all: impl IntoIterator<Item = S>) -> String {
        let between = match self {
            Self::Zh => "、",
            Self::En => ", ",
        };
        let mut joined = String::new();
        for one in all {
            if !joined.is_empty() {
                joined.push_str(between);
            }
            joined.push_str(one.as_ref());
        }
        joined
    }

    /// A day: 2026年11月25日 周三, 25 Nov 2026.
    pub(super) fn day(self, day: NaiveDate) -> String {
        let at = |names: &[&'static str], place: u32| {
            usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
        };
        match self {
            Self::Zh => {
                let weekday = at(&WEEKDAYS, day.weekday().num_days_from_monday());
                format!("{}年{}月{}日 {weekday}", day.year(), day.month(), day.day())
            }
            Self::En => format!("{} {} {}", day.day(), at(&MONTHS, day.month0()), day.year()),
        }
    }

    /// A legal time.
    pub(super) fn time(self, at: NaiveDateTime) -> String {
        match self {
            Self::Zh => format!("{} {}", self.day(at.date()), at.format("%H:%M")),
            Self::En => format!("{}, {}", self.day(at.date()), at.format("%H:%M")),
        }
    }

    /// A moment as the clock on the wall of the office shows it.
    pub(super) fn moment(self, at: DateTime<Utc>, zone: Tz) -> String {
        self.time(at.with_timezone(&zone).naive_local())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_of_the_person_comes_before_the_browsers() {
        let asked = |cookie: &str, accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
            Lang::of(&headers)
        };
        assert_eq!(asked("a=b; tutela-lang=en", "zh-CN,zh;q=0.9"), Lang::En);
        assert_eq!(asked("tutela-lang=tlh", "fr, en-GB;q=0.8, zh;q=0.7"), Lang::En);
        assert_eq!(asked("a=b", "fr"), Lang::Zh);
        assert_eq!(Lang::of(&HeaderMap::new()), Lang::Zh);
    }

    #[test]
    fn things_in_a_row_are_separated_as_each_language_does() {
        assert_eq!(Lang::Zh.list(["检察官", "检察长"]), "检察官、检察长");
        assert_eq!(Lang::En.list(["Prosecutor", "Chief"]), "Prosecutor, Chief");
        assert_eq!(Lang::En.list(Vec::<String>::new()), "");
    }

    #[test]
    fn days_are_written_as_each_language_writes_them() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        assert_eq!(Lang::Zh.day(day), "2026年11月25日 周三");
        assert_eq!(Lang::En.day(day), "25 Nov 2026");
        let late = "2026-11-25T17:30:00Z".parse().unwrap();
        assert_eq!(Lang::En.moment(late, chrono_tz::Asia::Shanghai), "26 Nov 2026, 01:30");
    }
}
