//! A pack as a picture for the wall: the four regions with their states, and a table of every event.

mod layout;
mod route;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use self::route::{Edge, Line};
use self::svg::{Canvas, width, wrap};
use self::way::Way;
use crate::law::Pack;
use crate::law::case::Standing;
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
const EDGE: f64 = 40.0;
const HEAD: f64 = 56.0;
const LABEL: f64 = 14.0;
/// The colour of the way that a case took.
const WENT: &str = "#a83c0a";

/// A state as drawn.
struct Placed {
    id: String,
    x: f64,
    y: f64,
    high: f64,
}

/// One region, measured.
struct Panel {
    region: Region,
    states: Vec<Placed>,
    edges: Vec<Edge>,
    lines: Vec<Line>,
    width: f64,
    height: f64,
}

/// Draws a pack as SVG. The same pack gives the same bytes.
pub fn draw(pack: &Pack, language: Language) -> String {
    let (mut canvas, across, below) = regions(pack, language, None);
    let bottom = table::paint(&mut canvas, pack, language, EDGE, below + EDGE, across - 2.0 * EDGE);
    canvas.finish(across, bottom + EDGE)
}

/// Draws the way of one case through its pack: the acts done, in their order, and where it stands now.
pub fn way(pack: &Pack, language: Language, events: &[&str], now: &Standing) -> String {
    let way = Way::find(pack, events, now);
    let (canvas, across, below) = regions(pack, language, Some(&way));
    canvas.finish(across, below + EDGE)
}

/// The title and the four regions; gives the width of the picture and their lower end.
fn regions(pack: &Pack, language: Language, way: Option<&Way<'_>>) -> (Canvas, f64, f64) {
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
        paint(&mut canvas, pack, panel, language, way, (left, up));
        if n > 0 {
            x += panel.width + EDGE;
        }
    }
    let lower = panels.iter().skip(1).map(|panel| panel.height).fold(0.0, f64::max);
    (canvas, across, below + lower)
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
    let edges: Vec<Edge> = edges
        .into_iter()
        .filter(|((from, to), _)| from != to)
        .map(|((from, to), events)| Edge { from, to, events })
        .collect();
    let plan = route::plan(&placed, &edges, HEAD);
    let states = ids.iter().zip(&plan.states);
    let states = states.map(|(id, (x, y, high))| Placed { id: (*id).to_owned(), x: *x, y: *y, high: *high });
    Panel {
        region,
        states: states.collect(),
        edges,
        lines: plan.lines,
        width: plan.width,
        height: plan.height,
    }
}

/// From where to where an event moves in a region; nothing where it may be anywhere or stays.
fn moves(event: &Event, region: Region) -> Vec<(&str, &str)> {
    let from = event.from.get(&region).map(Vec::as_slice).unwrap_or_default();
    let to = event.outcomes.iter().filter_map(|outcome| outcome.to.get(&region));
    to.flat_map(|to| from.iter().map(move |from| (from.as_str(), to.as_str()))).collect()
}

fn paint(
    canvas: &mut Canvas,
    pack: &Pack,
    panel: &Panel,
    language: Language,
    way: Option<&Way<'_>>,
    (left, up): (f64, f64),
) {
    canvas.rect((left, up, panel.width, panel.height), r##"rx="10" fill="#f6f8fb" stroke="#9aa7bd""##);
    let name = match panel.region {
        Region::Main => Text::new("诉讼程序", "Proceeding"),
        Region::Measure => Text::new("强制措施", "Liberty"),
        Region::Remedy => Text::new("救济", "Remedy"),
        Region::Record => Text::new("案卷与记录", "Record"),
    };
    canvas.text(left + 24.0, up + 36.0, 22.0, r##"font-weight="700" fill="#14213d""##, &language.line(&name));
    for line in &panel.lines {
        let Some(edge) = panel.edges.get(line.edge) else { continue };
        let ends = panel.states.get(edge.from).zip(panel.states.get(edge.to));
        let went = way.zip(ends).is_some_and(|(way, (from, to))| way.went(panel.region, &from.id, &to.id));
        let (colour, tip, style) = if went {
            (WENT, "went", r#"stroke-width="5""#)
        } else {
            ("#33415c", "tip", line_style(pack, &edge.events))
        };
        canvas.raw(&format!(
            r#"<path d="{}" transform="translate({left:.0},{up:.0})" stroke="{colour}" fill="none" marker-end="url(#{tip})" {style}/>"#,
            line.path
        ));
    }
    for state in &panel.states {
        paint_state(canvas, pack, panel.region, state, language, way, (left, up));
    }
    for (x, y, words) in panel.lines.iter().flat_map(|line| &line.label) {
        canvas.text(left + x, up + y, LABEL, r##"fill="#14213d""##, words);
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

fn paint_state(
    canvas: &mut Canvas,
    pack: &Pack,
    region: Region,
    state: &Placed,
    language: Language,
    way: Option<&Way<'_>>,
    (left, up): (f64, f64),
) {
    let (x, y) = (left + state.x, up + state.y);
    let (fill, ink) = match way {
        Some(way) if way.stands(region, &state.id) => (WENT, "#ffffff"),
        Some(way) if way.stood(region, &state.id) => ("#fbe3d3", "#14213d"),
        None if pack.initial(region) == state.id => ("#dbe7ff", "#14213d"),
        _ => ("#ffffff", "#14213d"),
    };
    canvas.rect(
        (x, y, BOX.0, state.high),
        &format!(r##"rx="6" fill="{fill}" stroke="#14213d" stroke-width="1.4""##),
    );
    if pack.may_end(region, &state.id) {
        canvas.rect(
            (x + 4.0, y + 4.0, BOX.0 - 8.0, state.high - 8.0),
            r##"rx="4" fill="none" stroke="#14213d""##,
        );
    }
    let Some(name) = pack.state_name(region, &state.id) else { return };
    let mut line = y + 26.0;
    for (n, words) in language.lines(name).into_iter().enumerate() {
        let size = if n == 0 { 15.5 } else { 11.5 };
        for part in wrap(words, size, BOX.0 - 20.0).iter().take(2) {
            canvas.text(x + 10.0, line, size, &format!(r#"fill="{ink}""#), part);
            line += size + 3.0;
        }
    }
    let faint = if ink == "#ffffff" { ink } else { "#5c677d" };
    canvas.text(x + 10.0, y + state.high - 8.0, 10.0, &format!(r#"fill="{faint}""#), &state.id);
}
