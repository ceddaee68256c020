//! The only place that reads a clock.

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where the present comes from.
#[derive(Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A moment that a simulation sets: microseconds since the epoch.
    Set(AtomicI64),
}

impl Clock {
    /// A clock that stands at a moment until it is moved.
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self::Set(AtomicI64::new(moment.timestamp_micros()))
    }

    /// The present, in microseconds and no finer, because both databases keep that much.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Set(micros) => from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// Moves a simulated clock; the machine's clock cannot be moved.
    pub fn set(&self, moment: DateTime<Utc>) {
        if let Self::Set(micros) = self {
            micros.store(moment.timestamp_micros(), Ordering::SeqCst);
        }
    }
}

/// A moment from the database's microseconds; the epoch if out of range.
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A moment as the database keeps it.
pub fn micros(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_micros()
}

/// Legal time in a zone.
pub fn legal(zone: Tz, moment: DateTime<Utc>) -> NaiveDateTime {
    moment.with_timezone(&zone).naive_local()
}

/// The instant of a legal time. Where a zone skips or repeats an hour, the earlier instant: it protects the child.
pub fn instant(zone: Tz, legal: NaiveDateTime) -> DateTime<Utc> {
    zone.from_local_datetime(&legal).earliest().map_or_else(|| legal.and_utc(), |at| at.to_utc())
}
