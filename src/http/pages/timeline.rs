//! The clocks of a case on one line of time, as a picture that a style sheet colours. The table beside it says the same.

use chrono::{Datelike as _, Duration, Months, NaiveDate};
use std::fmt::Write as _;

use super::lang::Lang;
use super::page::Page;
use super::texts as t;
use crate::casework::read::ClockView;
use crate::law::case::ClockState;
use crate::law::lateness::is_others;

const WIDTH: f64 = 560.0;
const ROW: f64 = 38.0;
const HEAD: f64 = 30.0;
/// Farthest back and forth that is drawn, in days.
const BACK: i64 = 120;
const FORTH: i64 = 270;

/// Draws clocks; nothing if there are none.
pub(super) fn draw(p: &Page, clocks: &[ClockView]) -> String {
    let today = p.today();
    let (Some(first), Some(last)) =
        (clocks.iter().map(|clock| clock.started.date()).min(), clocks.iter().map(|clock| clock.due).max())
    else {
        return String::new();
    };
    let from = first.min(today).max(today - Duration::days(BACK)) - Duration::days(2);
    let to = last.max(today).min(today + Duration::days(FORTH)) + Duration::days(4);
    let scale = Scale { from, days: (to - from).num_days().max(1) };
    #[expect(clippy::cast_precision_loss, reason = "a handful of clocks")]
    let height = HEAD + clocks.len() as f64 * ROW + 6.0;
    let mut svg = format!(
        r#"<svg class="clocks" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="clocks-title" xmlns="http://www.w3.org/2000/svg"><title id="clocks-title">{}</title>"#,
        escape(p.t(t::CLOCKS_DRAWN))
    );
    months(&mut svg, p, &scale, to, height);
    for (place, clock) in clocks.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a handful of clocks")]
        let y = HEAD + place as f64 * ROW;
        bar(&mut svg, p, clock, &scale, y, to);
    }
    let x = scale.x(today);
    let _ = write!(
        svg,
        r#"<line class="now" x1="{x:.0}" x2="{x:.0}" y1="20" y2="{height:.0}"/><text class="now-word" x="{:.0}" y="14" text-anchor="middle">{}</text></svg>"#,
        x.clamp(24.0, WIDTH - 24.0),
        escape(p.t(t::NOW))
    );
    svg
}

struct Scale {
    from: NaiveDate,
    days: i64,
}

impl Scale {
    #[expect(clippy::cast_precision_loss, reason = "at most some hundred days")]
    fn x(&self, day: NaiveDate) -> f64 {
        ((day - self.from).num_days() as f64 / self.days as f64 * WIDTH).clamp(0.0, WIDTH)
    }
}

fn months(svg: &mut String, p: &Page, scale: &Scale, to: NaiveDate, height: f64) {
    let mut month = scale.from.with_day(1).unwrap_or(scale.from) + Months::new(1);
    // A year's months stand close: every third has its name.
    let each = if scale.days > 200 { 3 } else { 1 };
    while month < to {
        let x = scale.x(month);
        let _ = write!(svg, r#"<line class="month" x1="{x:.0}" x2="{x:.0}" y1="20" y2="{height:.0}"/>"#);
        if month.month0().is_multiple_of(each) && (x - scale.x(p.today())).abs() > 40.0 && x < WIDTH - 50.0 {
            let name = match p.lang {
                Lang::Zh => format!("{}月", month.month()),
                Lang::En => month.format("%b").to_string(),
            };
            let _ = write!(svg, r#"<text class="month-word" x="{:.0}" y="14">{name}</text>"#, x + 3.0);
        }
        month = month + Months::new(1);
    }
}

fn bar(svg: &mut String, p: &Page, clock: &ClockView, scale: &Scale, y: f64, to: NaiveDate) {
    let (begin, end) = (scale.x(clock.started.date()), scale.x(clock.due.min(to)));
    let class = match clock {
        // Another's time: nobody here is late.
        ClockView { kind, .. } if is_others(*kind) => "waits",
        ClockView { overdue: true, .. } => "late",
        ClockView { warning: true, .. } => "soon",
        ClockView { state: ClockState::Suspended, .. } => "waits",
        _ => "runs",
    };
    let name = escape(p.x(&clock.name));
    // The name stands where there is room: from the beginning of the bar, or ending at its end.
    let (x, anchor) = if begin < WIDTH * 0.6 { (begin, "start") } else { (end, "end") };
    let _ = write!(
        svg,
        r#"<text class="clock-name" x="{x:.0}" y="{:.0}" text-anchor="{anchor}">{name}</text><rect class="bar {class}" x="{begin:.0}" y="{:.0}" width="{:.0}" height="8" rx="2"/><rect class="end {class}" x="{:.0}" y="{:.0}" width="3" height="14"/>"#,
        y + 14.0,
        y + 20.0,
        (end - begin).max(3.0),
        (end - 3.0).max(0.0),
        y + 17.0,
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
