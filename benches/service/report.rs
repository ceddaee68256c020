//! The figures of a run as a table, and the goals held against them.

use std::fmt;
use std::time::Duration;

use crate::load::Figures;
use crate::pages::{GOAL, Opened};

/// A database under measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// One row of the table.
pub(crate) struct Line {
    pub(crate) engine: Engine,
    /// Cases in the database; 0 for a floor.
    pub(crate) cases: usize,
    pub(crate) connections: usize,
    pub(crate) what: &'static str,
    pub(crate) figures: Figures,
}

/// Everything that a run measured.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    started: Vec<(Engine, usize, Duration)>,
    /// Resident MiB: idle after the start, after the load, at its most.
    resident: Vec<(Engine, usize, [f64; 3])>,
    pages: Vec<(Engine, Opened)>,
}

/// Names of the floors' rows.
pub(crate) const SINGLE: &str = "floor, single";
pub(crate) const GROUPED: &str = "floor, grouped";

impl Report {
    pub(crate) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub(crate) fn start_up(&mut self, engine: Engine, cases: usize, took: Duration) {
        self.started.push((engine, cases, took));
    }

    pub(crate) fn pages(&mut self, engine: Engine, opened: Vec<Opened>) {
        self.pages.extend(opened.into_iter().map(|page| (engine, page)));
    }

    pub(crate) fn memory(&mut self, engine: Engine, cases: usize, mib: [f64; 3]) {
        self.resident.push((engine, cases, mib));
    }

    fn find(&self, engine: Engine, cases: usize, connections: usize, what: &str) -> Option<&Figures> {
        let found =
            |l: &&Line| (l.engine, l.cases, l.connections, l.what) == (engine, cases, connections, what);
        self.lines.iter().find(found).map(|line| &line.figures)
    }

    /// The goals of the service and whether this run met them.
    fn goals(&self) -> Vec<(String, bool)> {
        let mut goals = Vec::new();
        for (engine, floor) in
            [(Engine::Sqlite, GROUPED), (Engine::Postgres, SINGLE), (Engine::Postgres, GROUPED)]
        {
            let Some(floor_rate) = self.find(engine, 0, 16, floor).map(Figures::rate) else { continue };
            let sizes = self.resident.iter().filter(|r| r.0 == engine);
            for (_, cases, _) in sizes {
                let Some(act) = self.find(engine, *cases, 16, "act") else { continue };
                let share = 100.0 * act.rate() / floor_rate;
                let text =
                    format!("{engine}, {cases} cases: act at 16 is {share:.0} % of the {floor} (goal 60 %)");
                goals.push((text, share >= 60.0));
                if floor == GROUPED {
                    let each = act.cpu_each();
                    let text =
                        format!("{engine}, {cases} cases: {each:.2} ms of CPU an act at 16 (goal 0.3 ms)");
                    goals.push((text, each <= 0.3));
                }
            }
        }
        for engine in Engine::ALL {
            let sizes: Vec<usize> = self.resident.iter().filter(|r| r.0 == engine).map(|r| r.1).collect();
            let [small, large] = sizes.as_slice() else { continue };
            for what in ["list 25", "find by name", "act"] {
                for connections in [1, 16] {
                    let p50 = |cases| self.find(engine, cases, connections, what).map(|f| f.percentile(50));
                    let (Some(few), Some(many)) = (p50(*small), p50(*large)) else { continue };
                    let ratio = many / few;
                    let text = format!(
                        "{engine}: {what} at {connections}, median with {large} cases is {ratio:.2} × that with {small} (goal 1.5)"
                    );
                    goals.push((text, ratio <= 1.5));
                }
            }
        }
        for (engine, cases, [_, _, most]) in &self.resident {
            let text = format!("{engine}, {cases} cases: {most:.0} MiB resident at most (goal 100 MB)");
            goals.push((text, *most * 1.048_576 < 100.0));
        }
        for engine in Engine::ALL {
            let pages = self.pages.iter().filter(|(of, _)| *of == engine);
            let slowest =
                pages.max_by(|(_, a), (_, b)| a.figures.percentile(95).total_cmp(&b.figures.percentile(95)));
            let Some((_, Opened { path, figures, .. })) = slowest else { continue };
            let p95 = figures.percentile(95);
            let text = format!("{engine}: the slowest page, {path}, takes {p95:.1} ms (p95, goal {GOAL} ms)");
            goals.push((text, p95 < GOAL));
        }
        goals
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| database | cases | connections | what | a second | p50 ms | p99 ms | CPU ms each | of grouped floor |"
        )?;
        writeln!(f, "|---|--:|--:|---|--:|--:|--:|--:|--:|")?;
        for Line { engine, cases, connections, what, figures } in &self.lines {
            let floor = self.find(*engine, 0, *connections, GROUPED).map_or(f64::NAN, Figures::rate);
            writeln!(
                f,
                "| {engine} | {cases} | {connections} | {what} | {:.0} | {:.2} | {:.2} | {:.3} | {:.0} % |",
                figures.rate(),
                figures.percentile(50),
                figures.percentile(99),
                figures.cpu_each(),
                100.0 * figures.rate() / floor,
            )?;
        }
        writeln!(f, "\n| database | cases | start ms | MiB idle | MiB after load | MiB at most |")?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|")?;
        for ((engine, cases, took), (.., [idle, now, most])) in self.started.iter().zip(&self.resident) {
            let took = took.as_millis();
            writeln!(f, "| {engine} | {cases} | {took} | {idle:.0} | {now:.0} | {most:.0} |")?;
        }
        if !self.pages.is_empty() {
            writeln!(f, "\n| database | page | opened by | KiB | p50 ms | p95 ms | p99 ms | CPU ms each |")?;
            writeln!(f, "|---|---|---|--:|--:|--:|--:|--:|")?;
        }
        for (engine, Opened { who, path, bytes, figures }) in &self.pages {
            let kib = bytes.div_ceil(1_024);
            let [p50, p95, p99] = [50, 95, 99].map(|share| figures.percentile(share));
            let cpu = figures.cpu_each();
            writeln!(
                f,
                "| {engine} | `{path}` | {who} | {kib} | {p50:.1} | {p95:.1} | {p99:.1} | {cpu:.1} |"
            )?;
        }
        writeln!(f)?;
        for (goal, met) in self.goals() {
            writeln!(f, "- {} {goal}", if met { "met:" } else { "MISSED:" })?;
        }
        Ok(())
    }
}
