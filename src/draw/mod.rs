//! A pack as a picture for the wall: the four regions with their states, and a table of every event.

mod layout;
mod svg;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::svg::{Canvas, width, wrap};
use crate::law::Pack;
use crate::law::expr::Region;
use crate::law::pack::{Event, RoleKind};
use crate::record::Text;

/// Languages on the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
    /// Chinese above English.
    Both,
}

impl Language {
    /// The lines of a text.
    fn lines(self, text: &Text) -> Vec<&str> {
        match self {
            Self::Zh => vec![&text.zh],
            Self::En => vec![&text.en],
            Self::Both => vec![&text.zh, &text.en],
        }
    }

    /// The text on one line.
    fn line(self, text: &Text) -> String {
        self.lines(text).join("  ")
    }
}

const BOX: (f64, f64) = (220.0, 86.0);
const GAP: (f64, f64) = (112.0, 54.0);
const EDGE: f64 = 40.0;
const HEAD: f64 = 56.0;
const LABEL: f64 = 14.0;

/// A state as drawn.
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// One region, measured.
struct Panel {
    region: Region,
    states: Vec<Placed>,
    /// Events between two states, by their places.
    edges: BTreeMap<(usize, usize), Vec<String>>,
    width: f64,
    height: f64,
}

/// Draws a pack as SVG. The same pack gives the same bytes.
pub fn draw(pack: &Pack, language: Language) -> String {
    let mut canvas = Canvas::default();
    let panels: Vec<Panel> = Region::ALL.into_iter().map(|region| measure(pack, region)).collect();
    let main = panels.first().map_or((0.0, 0.0), |panel| (panel.width, panel.height));
    let others: f64 = panels.iter().skip(1).map(|panel| panel.width + EDGE).sum();
    let across = (main.0.max(others - EDGE) + 2.0 * EDGE).max(1600.0);
    title(&mut canvas, pack, language, across);
    let top = 150.0;
    let mut x = EDGE;
    let below = top + main.1 + EDGE;
    for (n, panel) in panels.iter().enumerate() {
        let (left, up) = if n == 0 { (EDGE, top) } else { (x, below) };
        paint(&mut canvas, pack, panel, language, left, up);
        if n > 0 {
            x += panel.width + EDGE;
        }
    }
    let lower = panels.iter().skip(1).map(|panel| panel.height).fold(0.0, f64::max);
    let bottom = table::paint(&mut canvas, pack, language, EDGE, below + lower + EDGE, across - 2.0 * EDGE);
    canvas.finish(across, bottom + EDGE)
}

fn title(canvas: &mut Canvas, pack: &Pack, language: Language, across: f64) {
    canvas.text(EDGE, 64.0, 34.0, r##"font-weight="700" fill="#14213d""##, &language.line(&pack.name));
    let line = match language {
        Language::Zh => {
            format!("{} {} 版，自 {} 起施行。非法律意见。", pack.id, pack.version, pack.effective_from)
        }
        _ => format!(
            "{} {}, in force from {}. Not legal advice. 非法律意见",
            pack.id, pack.version, pack.effective_from
        ),
    };
    canvas.text(EDGE, 96.0, 16.0, r##"fill="#33415c""##, &line);
    let legend = [
        ("", Text::new("一人办理", "done by one person")),
        (r#"stroke-width="3""#, Text::new("须经他人审批", "drafted by one, approved by another")),
        (r#"stroke-dasharray="7 4""#, Text::new("期限届满", "a period ended")),
    ];
    let mut x = EDGE;
    for (style, text) in legend {
        let words = language.line(&text);
        canvas.raw(&format!(
            r##"<path d="M{x:.0},124h44" stroke="#33415c" fill="none" marker-end="url(#tip)" {style}/>"##
        ));
        canvas.text(x + 54.0, 129.0, 14.0, r##"fill="#33415c""##, &words);
        x += 54.0 + width(&words, 14.0) + 40.0;
    }
    let ends = language.line(&Text::new("双框：程序可在此终结", "double frame: the proceeding may end here"));
    if x + width(&ends, 14.0) < across {
        canvas.text(x, 129.0, 14.0, r##"fill="#33415c""##, &ends);
    }
}

fn measure(pack: &Pack, region: Region) -> Panel {
    let ids = pack.state_ids(region);
    let place = |id: &str| ids.iter().position(|other| *other == id);
    let mut edges: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for event in pack.events.iter() {
        for (from, to) in moves(event, region) {
            if let (Some(from), Some(to)) = (place(from), place(to)) {
                let events = edges.entry((from, to)).or_default();
                if !events.contains(&event.id) {
                    events.push(event.id.clone());
                }
            }
        }
    }
    let first = place(pack.initial(region)).unwrap_or_default();
    let straight: BTreeSet<(usize, usize)> = edges.keys().copied().filter(|(from, to)| from != to).collect();
    let placed = layout::place(ids.len(), first, &straight);
    let (columns, rows) = placed.iter().fold((0, 0), |(c, r), (column, row)| (c.max(*column), r.max(*row)));
    #[expect(clippy::cast_precision_loss, reason = "a pack has some dozens of states")]
    let spot = |n: usize, size: f64, gap: f64| n as f64 * (size + gap);
    let states = ids
        .iter()
        .zip(&placed)
        .map(|(id, (column, row))| Placed {
            id: (*id).to_owned(),
            x: 24.0 + spot(*column, BOX.0, GAP.0),
            y: HEAD + 10.0 + spot(*row, BOX.1, GAP.1),
        })
        .collect();
    Panel {
        region,
        states,
        edges,
        width: spot(columns, BOX.0, GAP.0) + BOX.0 + 60.0,
        height: HEAD + spot(rows, BOX.1, GAP.1) + BOX.1 + 60.0,
    }
}

/// From where to where an event moves in a region; nothing where it may be anywhere or stays.
fn moves(event: &Event, region: Region) -> Vec<(&str, &str)> {
    let from = event.from.get(&region).map(Vec::as_slice).unwrap_or_default();
    let to = event.outcomes.iter().filter_map(|outcome| outcome.to.get(&region));
    to.flat_map(|to| from.iter().map(move |from| (from.as_str(), to.as_str()))).collect()
}

fn paint(canvas: &mut Canvas, pack: &Pack, panel: &Panel, language: Language, left: f64, up: f64) {
    canvas.rect((left, up, panel.width, panel.height), r##"rx="10" fill="#f6f8fb" stroke="#9aa7bd""##);
    let name = match panel.region {
        Region::Main => Text::new("诉讼程序", "Proceeding"),
        Region::Measure => Text::new("强制措施", "Liberty"),
        Region::Remedy => Text::new("救济", "Remedy"),
        Region::Record => Text::new("案卷与记录", "Record"),
    };
    canvas.text(left + 24.0, up + 36.0, 22.0, r##"font-weight="700" fill="#14213d""##, &language.line(&name));
    let mut taken: Vec<(f64, f64, f64, f64)> =
        panel.states.iter().map(|s| (left + s.x, up + s.y, BOX.0, BOX.1)).collect();
    let mut labels = Vec::new();
    for ((from, to), events) in &panel.edges {
        let (Some(a), Some(b)) = (panel.states.get(*from), panel.states.get(*to)) else { continue };
        if from == to {
            continue;
        }
        let (curve, spots) = edge((left + a.x, up + a.y), (left + b.x, up + b.y));
        let style = line_style(pack, events);
        canvas.raw(&format!(
            r##"<path d="{curve}" stroke="#33415c" fill="none" marker-end="url(#tip)" {style}/>"##
        ));
        labels.push((spots, events.join(" ")));
    }
    for state in &panel.states {
        paint_state(canvas, pack, panel.region, state, language, left, up);
    }
    for (spots, words) in labels {
        label(canvas, &mut taken, &spots, &words);
    }
}

/// Thick where every event is approved by a second person, dashed where every event is a deadline.
fn line_style(pack: &Pack, events: &[String]) -> &'static str {
    let found = || events.iter().filter_map(|id| pack.events.find(id));
    let system = |event: &Event| {
        event.by.iter().all(|role| pack.roles.find(role).is_some_and(|r| r.kind == RoleKind::System))
    };
    if found().all(system) {
        r#"stroke-dasharray="7 4""#
    } else if found().all(|event| event.decision) {
        r#"stroke-width="3""#
    } else {
        ""
    }
}

/// A curve between two boxes, and spots on it where its label may stand.
#[expect(clippy::many_single_char_names, reason = "points of a Bézier curve")]
fn edge(a: (f64, f64), b: (f64, f64)) -> (String, Vec<(f64, f64)>) {
    let (half, middle) = (BOX.1 / 2.0, BOX.0 / 2.0);
    let points: [(f64, f64); 4] = if b.0 > a.0 {
        let (start, end) = ((a.0 + BOX.0, a.1 + half), (b.0, b.1 + half));
        let bend = (end.0 - start.0) * 0.5;
        [start, (start.0 + bend, start.1), (end.0 - bend, end.1), end]
    } else if (b.0 - a.0).abs() < 1.0 {
        // In one column: along its right side.
        let (start, end) = ((a.0 + BOX.0, a.1 + half + 8.0), (b.0 + BOX.0, b.1 + half - 8.0));
        let out = 50.0 + (end.1 - start.1).abs() * 0.08;
        [start, (start.0 + out, start.1), (end.0 + out, end.1), end]
    } else {
        // Back: beneath or above the boxes on the way.
        let down = if b.1 >= a.1 { 1.0 } else { -1.0 };
        let side = if down > 0.0 { BOX.1 } else { 0.0 };
        let (start, end) = ((a.0 + middle, a.1 + side), (b.0 + middle, b.1 + side));
        let out = (30.0 + (a.0 - b.0) * 0.06) * down;
        [start, (start.0, start.1 + out), (end.0, end.1 + out), end]
    };
    let [p, q, r, s] = points;
    let curve =
        format!("M{:.0},{:.0}C{:.0},{:.0} {:.0},{:.0} {:.0},{:.0}", p.0, p.1, q.0, q.1, r.0, r.1, s.0, s.1);
    let on = |t: f64| {
        let u = 1.0 - t;
        let mix = |p: f64, q: f64, r: f64, s: f64| {
            u * u * u * p + 3.0 * u * u * t * q + 3.0 * u * t * t * r + t * t * t * s
        };
        (mix(p.0, q.0, r.0, s.0), mix(p.1, q.1, r.1, s.1))
    };
    // On the curve first, then a little above and beneath it.
    let along = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
    let off = |shift: f64| along.into_iter().map(on).map(move |(x, y)| (x, y + shift)).collect::<Vec<_>>();
    (curve, [0.0, -16.0, 16.0, -32.0, 32.0, -64.0, 64.0].into_iter().flat_map(off).collect())
}

/// Puts a label on the first spot where it covers nothing; the first spot of all where there is none.
fn label(canvas: &mut Canvas, taken: &mut Vec<(f64, f64, f64, f64)>, spots: &[(f64, f64)], words: &str) {
    let lines = wrap(words, LABEL, 84.0);
    let wide = lines.iter().map(|line| width(line, LABEL)).fold(0.0, f64::max) + 8.0;
    #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
    let high = lines.len() as f64 * (LABEL + 3.0) + 4.0;
    let frame = |(x, y): (f64, f64)| (x - wide / 2.0, y - high / 2.0, wide, high);
    let free = |place: &(f64, f64, f64, f64)| {
        !taken.iter().any(|t| {
            place.0 < t.0 + t.2 && t.0 < place.0 + place.2 && place.1 < t.1 + t.3 && t.1 < place.1 + place.3
        })
    };
    let Some(place) =
        spots.iter().map(|spot| frame(*spot)).find(free).or_else(|| spots.first().map(|s| frame(*s)))
    else {
        return;
    };
    canvas.rect(place, r##"rx="3" fill="#ffffff" fill-opacity="0.92""##);
    let mut y = place.1 + LABEL + 2.0;
    for line in &lines {
        canvas.text(place.0 + 4.0, y, LABEL, r##"fill="#14213d""##, line);
        y += LABEL + 3.0;
    }
    taken.push(place);
}

fn paint_state(
    canvas: &mut Canvas,
    pack: &Pack,
    region: Region,
    state: &Placed,
    language: Language,
    left: f64,
    up: f64,
) {
    let (x, y) = (left + state.x, up + state.y);
    let fill = if pack.initial(region) == state.id { "#dbe7ff" } else { "#ffffff" };
    canvas.rect(
        (x, y, BOX.0, BOX.1),
        &format!(r##"rx="6" fill="{fill}" stroke="#14213d" stroke-width="1.4""##),
    );
    if pack.may_end(region, &state.id) {
        canvas.rect((x + 4.0, y + 4.0, BOX.0 - 8.0, BOX.1 - 8.0), r##"rx="4" fill="none" stroke="#14213d""##);
    }
    let Some(name) = pack.state_name(region, &state.id) else { return };
    let mut line = y + 26.0;
    for (n, words) in language.lines(name).into_iter().enumerate() {
        let size = if n == 0 { 15.5 } else { 11.5 };
        for part in wrap(words, size, BOX.0 - 20.0).iter().take(2) {
            canvas.text(x + 10.0, line, size, r##"fill="#14213d""##, part);
            line += size + 3.0;
        }
    }
    canvas.text(x + 10.0, y + BOX.1 - 8.0, 10.0, r##"fill="#5c677d""##, &state.id);
}
