//! The table of events beneath the picture.

use super::svg::{Canvas, wrap};
use super::{Language, moves};
use crate::law::Pack;
use crate::law::expr::Region;
use crate::law::pack::{Event, Level};
use crate::record::Text;

const SIZE: f64 = 19.0;
const LINE: f64 = 26.0;

/// Heads and shares of the width, of a hundred.
fn columns() -> [(Text, f64); 7] {
    [
        (Text::new("编号", "Event"), 5.0),
        (Text::new("事项", "What is done"), 21.0),
        (Text::new("办理人", "By"), 13.0),
        (Text::new("状态变化", "From → to"), 23.0),
        (Text::new("保障措施（*警示）", "Safeguards (* warns)"), 13.0),
        (Text::new("权利底线事项", "Floor acts"), 11.0),
        (Text::new("依据", "Source"), 14.0),
    ]
}

/// Paints the table; gives its lower end.
pub(super) fn paint(canvas: &mut Canvas, pack: &Pack, language: Language, x: f64, y: f64, width: f64) -> f64 {
    let columns = columns();
    let share = width / columns.iter().map(|(_, part)| part).sum::<f64>();
    let mut top = y;
    canvas.rect((x, top, width, LINE + 10.0), r##"fill="#14213d""##);
    let mut left = x;
    for (head, part) in &columns {
        let style = r##"fill="#ffffff" font-weight="700""##;
        canvas.text(left + 6.0, top + LINE, SIZE, style, &language.line(head));
        left += part * share;
    }
    top += LINE + 10.0;
    for (n, event) in pack.events.iter().enumerate() {
        let cells = cells(pack, language, event);
        let wrapped: Vec<Vec<String>> = cells
            .iter()
            .zip(&columns)
            .map(|(cell, (_, part))| wrap(cell, SIZE, part * share - 12.0))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
        let high = wrapped.iter().map(Vec::len).max().unwrap_or(1) as f64 * LINE + 8.0;
        let fill = if n.is_multiple_of(2) { "#ffffff" } else { "#f0f3f8" };
        canvas
            .rect((x, top, width, high), &format!(r##"fill="{fill}" stroke="#d5dbe6" stroke-width="0.5""##));
        let mut left = x;
        for (lines, (_, part)) in wrapped.iter().zip(&columns) {
            let mut down = top + LINE;
            for line in lines {
                canvas.text(left + 6.0, down, SIZE, r##"fill="#14213d""##, line);
                down += LINE;
            }
            left += part * share;
        }
        top += high;
    }
    top
}

fn cells(pack: &Pack, language: Language, event: &Event) -> [String; 7] {
    let by: Vec<String> =
        event.by.iter().filter_map(|role| pack.roles.find(role)).map(|r| language.line(&r.name)).collect();
    let mut ways: Vec<String> = Vec::new();
    for region in Region::ALL {
        for (from, to) in moves(event, region) {
            let way = format!("{from}→{to}");
            if from != to && !ways.contains(&way) {
                ways.push(way);
            }
        }
        if !event.from.contains_key(&region) {
            ways.extend(event.outcomes.iter().filter_map(|o| o.to.get(&region)).map(|to| format!("→{to}")));
        }
    }
    ways.dedup();
    let safeguards: Vec<String> = event
        .safeguards
        .iter()
        .map(|(id, level)| if *level == Level::Warn { format!("{id}*") } else { id.clone() })
        .collect();
    let acts: Vec<&str> = event.acts.iter().map(|act| act.code()).collect();
    [
        event.id.clone(),
        language.line(&event.name),
        by.join(", "),
        ways.join("; "),
        safeguards.join(" "),
        acts.join(", "),
        event.source.clone(),
    ]
}
