//! Bars, drawn on the server and coloured by the style sheet. The table beside them says the same.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const ROW: f64 = 36.0;
/// Room for the number behind the longest bar.
const NUMBER: f64 = 120.0;

/// One bar.
pub(super) struct Bar {
    pub(super) label: String,
    /// How long; none is not shown.
    pub(super) value: Option<f64>,
    /// What stands behind it.
    pub(super) said: String,
    /// A second mark on the same line.
    pub(super) mark: Option<f64>,
}

/// A whole number as a length.
#[expect(clippy::cast_precision_loss, reason = "counts of cases, drawn to the pixel")]
pub(super) const fn length(count: u64) -> f64 {
    count as f64
}

/// Draws bars on one scale; `most` is what fills the width, the longest bar if none.
pub(super) fn draw(id: &str, title: &str, described: &str, bars: &[Bar], most: Option<f64>) -> String {
    let longest = bars.iter().flat_map(|bar| [bar.value, bar.mark]).flatten().fold(0.0, f64::max);
    let most = most.unwrap_or(longest).max(1.0);
    let room = WIDTH - NUMBER;
    let x = |value: f64| value / most * room;
    let height = length(u64::try_from(bars.len()).unwrap_or_default()) * ROW + 4.0;
    let mut svg = format!(
        r#"<svg class="plot" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="{id}-t {id}-d" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
        escape(title),
        escape(described)
    );
    let mut y = 0.0;
    for bar in bars {
        let _ = write!(
            svg,
            r#"<text x="0" y="{:.0}">{}</text><rect class="track" x="0" y="{:.0}" width="{room:.0}" height="11"/>"#,
            y + 14.0,
            escape(&bar.label),
            y + 20.0
        );
        let end = bar.value.map_or(0.0, x);
        if bar.value.is_some() {
            let _ = write!(
                svg,
                r#"<rect class="filled" x="0" y="{:.0}" width="{:.1}" height="11"/>"#,
                y + 20.0,
                end.max(1.5)
            );
        }
        if let Some(mark) = bar.mark {
            let _ = write!(
                svg,
                r#"<rect class="mark" x="{:.1}" y="{:.0}" width="2.5" height="17"/>"#,
                x(mark),
                y + 17.0
            );
        }
        let _ = write!(
            svg,
            r#"<text class="number" x="{:.0}" y="{:.0}">{}</text>"#,
            room + 8.0,
            y + 30.0,
            escape(&bar.said)
        );
        y += ROW;
    }
    svg.push_str("</svg>");
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
