//! From grouped rows to tables: sums over each division, then what is left out.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::derive::BANDS;
use super::suppress::{Line, suppress};
use super::{By, Column, Duration, Row, SMALLEST_MEDIAN, Table};
use crate::access::OfficeTree;
use crate::casework::packs::Packs;
use crate::record::Text;
use crate::store::CountRow;

/// What is counted in a row: a pack and a code in it.
type Key = (String, String);

/// The rule by which numbers are left out.
pub(super) fn rule() -> Text {
    Text::new(
        "1 至 4 的数字不显示；由其他数字可以推算出它的，也不显示（由小到大补充隐去）。隐去之和小于 5 的继续隐去。不足 10 件的不显示中位数。",
        "Counts from 1 to 4 are not shown, nor any number from which they could be worked out, the smallest first; what is left out of a sum is at least 5 together. A median is shown of ten or more.",
    )
}

/// How sealed records are counted.
pub(super) fn sealed() -> Text {
    Text::new(
        "已封存的记录只计入合计数：其数据行在封存时即与案件脱离，天数按十天取整。错过的期限和投诉不再按性别、年龄区分。",
        "Sealed records are in the sums only: when a record is sealed its rows forget whose they are and keep tens of days. Missed clocks and complaints of theirs are no longer told apart by sex or age.",
    )
}

/// What the durations are.
pub(super) fn durations_definition() -> Text {
    Text::new(
        "自立案（第一项事项）至作出决定的日历天数，按决定计；退回、移送期间计入。",
        "Calendar days from the event that opened the case to the decision, for each decision; time with the police or another authority counts.",
    )
}

/// Counts for one office and those below, in one year.
pub(super) struct Counting<'a> {
    packs: &'a Packs,
    columns: Vec<Column>,
    /// The column of an office: of the part of the tree in which it lies.
    part: BTreeMap<Uuid, String>,
    quarters: [i64; 4],
}

/// Counts by row, each with its total and its cells.
type Counts = BTreeMap<Key, (u64, Vec<u64>)>;

impl<'a> Counting<'a> {
    pub(super) fn new(packs: &'a Packs, tree: &OfficeTree, top: Uuid, quarters: [i64; 4]) -> Self {
        let column = |by, code: &str, zh: &str, en: &str| Column {
            by,
            code: code.to_owned(),
            name: Text::new(zh, en),
        };
        let mut columns: Vec<Column> = [("1", "一季度"), ("2", "二季度"), ("3", "三季度"), ("4", "四季度")]
            .into_iter()
            .map(|(code, zh)| column(By::Quarter, code, zh, &format!("Q{code}")))
            .collect();
        columns.push(column(By::Sex, "girl", "女", "Girls"));
        columns.push(column(By::Sex, "boy", "男", "Boys"));
        columns.push(column(By::Sex, "", "性别不再区分", "Sex no longer told apart"));
        let bands = [
            ("0", "未满十四", "Under 14"),
            ("14", "十四至十五", "14–15"),
            ("16", "十六至十七", "16–17"),
            ("18", "十八以上", "18 and over"),
            ("-1", "年龄不再区分", "Age no longer told apart"),
        ];
        columns.extend(bands.into_iter().map(|(code, zh, en)| column(By::Age, code, zh, en)));
        let mut part = BTreeMap::new();
        let below: Vec<_> = tree.all().into_iter().filter(|office| office.parent == Some(top)).collect();
        if !below.is_empty() {
            let own = tree.find(top);
            let heads = own.into_iter().chain(below.iter().copied());
            for office in heads {
                let code = office.code.clone();
                let ids = if office.id == top { vec![top] } else { tree.subtree(office.id) };
                part.extend(ids.into_iter().map(|id| (id, code.clone())));
                columns.push(Column { by: By::Office, code, name: office.name.clone() });
            }
        }
        Self { packs, columns, part, quarters }
    }

    /// All tables, and how long decisions took.
    pub(super) fn of(
        &self,
        acts: &[CountRow],
        misses: &[CountRow],
        complaints: &[CountRow],
    ) -> (Vec<Table>, Vec<Duration>) {
        let key = |row: &CountRow| (row.pack_id.clone(), row.code.clone());
        let kind = |rows: &[CountRow], kind: &str| {
            self.sum(rows.iter().filter(|row| row.kind == kind).map(|row| (key(row), row)))
        };
        let answers =
            |rows: &[CountRow]| self.sum(rows.iter().map(|row| ((String::new(), row.kind.clone()), row)));
        let mut tables = Vec::new();
        tables.extend(self.table(&RECEIVED, &kind(acts, "opened")));
        let outcomes = self.table(&OUTCOMES, &kind(acts, "outcome"));
        let decisions = self.table(&DECISIONS, &kind(acts, "decision"));
        let durations = [&outcomes, &decisions]
            .into_iter()
            .flatten()
            .flat_map(|table| Self::durations(table, acts))
            .collect();
        tables.extend(outcomes);
        tables.extend(decisions);
        let missed = self.sum(misses.iter().map(|row| (key(row), row)));
        tables.extend(self.pair(&MISSED, &missed, &MISSED_ANSWERED, &answers(misses)));
        tables.extend(self.safeguards(acts));
        for ended in [&FULFILLED, &REVOKED, &EXPIRED] {
            tables.extend(self.table(ended, &kind(acts, ended.id.trim_start_matches("measures_"))));
        }
        tables.extend(self.table(&COMPLAINTS, &answers(complaints)));
        (tables, durations)
    }

    fn sum<'r>(&self, rows: impl Iterator<Item = (Key, &'r CountRow)>) -> Counts {
        let mut counts = Counts::new();
        for (key, row) in rows {
            let n = u64::try_from(row.n).unwrap_or_default();
            let (total, cells) = counts.entry(key).or_insert_with(|| (0, vec![0; self.columns.len()]));
            *total += n;
            for (column, cell) in self.columns.iter().zip(cells) {
                *cell += if self.falls(column, row) { n } else { 0 };
            }
        }
        counts
    }

    fn falls(&self, column: &Column, row: &CountRow) -> bool {
        match column.by {
            By::Quarter => {
                let quarter = if row.quarter < 100_000 {
                    row.quarter % 10
                } else {
                    let begun = self.quarters.iter().filter(|begin| **begin <= row.quarter).count();
                    i64::try_from(begun).unwrap_or_default()
                };
                column.code == quarter.to_string()
            }
            By::Sex => column.code == row.sex,
            By::Age => column.code == row.band.to_string(),
            By::Office => self.part.get(&row.at_office) == Some(&column.code),
        }
    }

    /// A table with a row of sums; nothing if there is nothing to count.
    fn table(&self, kind: &Kind, counts: &Counts) -> Option<Table> {
        let mut made = self.laid(&[(kind, counts)]);
        made.pop()
    }

    /// Two tables of the same things, whose sums are one.
    fn pair(&self, one: &Kind, first: &Counts, other: &Kind, second: &Counts) -> Vec<Table> {
        self.laid(&[(one, first), (other, second)])
    }

    /// Lays tables out whose rows of sums are the same, and leaves out what must be.
    fn laid(&self, tables: &[(&Kind, &Counts)]) -> Vec<Table> {
        let columns = self.used(tables.iter().map(|(_, counts)| *counts));
        let width = columns.len() + 1;
        let (mut values, mut lines, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        for (_, counts) in tables {
            let begin = values.len();
            let mut all = vec![0; width];
            for (total, cells) in counts.values() {
                let kept = columns.iter().map(|at| cells.get(*at).copied().unwrap_or_default());
                let row: Vec<u64> = std::iter::once(*total).chain(kept).collect();
                all.iter_mut().zip(&row).for_each(|(sum, n)| *sum += n);
                self.divided(&columns, values.len(), &mut lines);
                values.extend(row);
            }
            self.divided(&columns, values.len(), &mut lines);
            lines.extend((0..width).map(|column| Line {
                total: values.len() + column,
                parts: (0..counts.len()).map(|row| begin + row * width + column).collect(),
            }));
            sums.push(values.len());
            values.extend(all);
        }
        // The same sum in two tables is one number.
        if let [first, others @ ..] = sums.as_slice() {
            for other in others {
                lines.extend((0..width).map(|c| Line { total: first + c, parts: vec![other + c] }));
            }
        }
        let hidden = suppress(&values, &lines);
        let shown = |at: usize| {
            let value = values.get(at).copied();
            value.filter(|_| !hidden.get(at).copied().unwrap_or(true))
        };
        let mut begin = 0;
        let mut made = Vec::new();
        for (kind, counts) in tables {
            let all = [(String::new(), "all".to_owned())];
            let keys = counts.keys().chain(&all).enumerate();
            let rows = keys.map(|(n, key)| {
                let at = begin + n * width;
                let cells = (1..width).map(|column| shown(at + column)).collect();
                self.row(kind, key, shown(at), cells)
            });
            let rows: Vec<Row> = rows.collect();
            begin += (counts.len() + 1) * width;
            if !counts.is_empty() {
                made.push(Table {
                    id: kind.id.to_owned(),
                    name: kind.name(),
                    definition: kind.definition(),
                    columns: columns.iter().filter_map(|at| self.columns.get(*at).cloned()).collect(),
                    rows,
                });
            }
        }
        made
    }

    /// The sums within a row that begins at a place: each division adds up to the total.
    fn divided(&self, columns: &[usize], at: usize, lines: &mut Vec<Line>) {
        for by in [By::Quarter, By::Sex, By::Age, By::Office] {
            let of = columns
                .iter()
                .enumerate()
                .filter(|(_, column)| self.columns.get(**column).is_some_and(|column| column.by == by));
            let parts: Vec<usize> = of.map(|(place, _)| at + 1 + place).collect();
            if !parts.is_empty() {
                lines.push(Line { total: at, parts });
            }
        }
    }

    /// Columns that say something: those of what is not told apart only where there is such a thing.
    fn used<'c>(&self, counts: impl Iterator<Item = &'c Counts>) -> Vec<usize> {
        let mut filled = BTreeSet::new();
        for (_, cells) in counts.flat_map(BTreeMap::values) {
            filled.extend(cells.iter().enumerate().filter(|(_, n)| **n > 0).map(|(at, _)| at));
        }
        let optional = |column: &Column| column.code.is_empty() || column.code == "-1" || column.code == "18";
        let used = |(at, column): (usize, &Column)| (filled.contains(&at) || !optional(column)).then_some(at);
        self.columns.iter().enumerate().filter_map(used).collect()
    }

    /// How often safeguards were asked for, and how often they were there: each is a small table of its own, by sex alone.
    fn safeguards(&self, acts: &[CountRow]) -> Vec<Table> {
        let columns: Vec<Column> = self
            .columns
            .iter()
            .filter(|column| column.by == By::Sex && !column.code.is_empty())
            .cloned()
            .collect();
        let mut counts: BTreeMap<Key, [Vec<u64>; 2]> = BTreeMap::new();
        for row in acts {
            let n = u64::try_from(row.n).unwrap_or_default();
            for (place, codes) in [&row.met, &row.unmet].into_iter().enumerate() {
                for code in codes.split_whitespace() {
                    let key = (row.pack_id.clone(), code.to_owned());
                    let both = counts.entry(key).or_insert_with(|| [vec![0; 3], vec![0; 3]]);
                    let Some(of) = both.get_mut(place) else { continue };
                    let of_sex = columns.iter().map(|column| column.code == row.sex);
                    for (cell, counts) in of.iter_mut().zip(std::iter::once(true).chain(of_sex)) {
                        *cell += if counts { n } else { 0 };
                    }
                }
            }
        }
        if counts.is_empty() {
            return Vec::new();
        }
        let (mut asked, mut met) = (Vec::new(), Vec::new());
        for (key, [there, gone]) in &counts {
            // Values: asked, met, not met; each for all, girls, boys.
            let sum = there.iter().zip(gone).map(|(one, other)| one + other);
            let values: Vec<u64> = sum.chain(there.iter().copied()).chain(gone.iter().copied()).collect();
            let mut lines: Vec<Line> =
                (0..3).map(|row| Line { total: row * 3, parts: vec![row * 3 + 1, row * 3 + 2] }).collect();
            lines.extend((0..3).map(|column| Line { total: column, parts: vec![3 + column, 6 + column] }));
            let hidden = suppress(&values, &lines);
            let shown = |at: usize| {
                let value = values.get(at).copied();
                value.filter(|_| !hidden.get(at).copied().unwrap_or(true))
            };
            asked.push(self.row(&ASKED, key, shown(0), vec![shown(1), shown(2)]));
            met.push(self.row(&MET, key, shown(3), vec![shown(4), shown(5)]));
        }
        let table = |kind: &Kind, rows| Table {
            id: kind.id.to_owned(),
            name: kind.name(),
            definition: kind.definition(),
            columns: columns.clone(),
            rows,
        };
        vec![table(&ASKED, asked), table(&MET, met)]
    }

    fn row(&self, kind: &Kind, key: &Key, total: Option<u64>, cells: Vec<Option<u64>>) -> Row {
        let (name, source) = self.named(kind, key);
        let (pack, code) = key.clone();
        Row { pack, code, name, source, total, cells }
    }

    /// What a row is about, in words, and the source of its rule: as the newest version of its pack says it.
    fn named(&self, kind: &Kind, (pack, code): &Key) -> (Text, String) {
        let fixed = match code.as_str() {
            "all" => Some(Text::new("合计", "All")),
            "answered" => Some(Text::new("已说明原因", "Answered for")),
            "open" => Some(Text::new("尚未说明或答复", "Not answered yet")),
            "in_time" => Some(Text::new("按期答复", "Answered in time")),
            "late" => Some(Text::new("逾期答复", "Answered late")),
            _ => None,
        };
        if let Some(text) = fixed {
            return (text, String::new());
        }
        let pack = self.packs.all().filter(|known| &known.id == pack).last();
        let found = pack.and_then(|pack| match kind.of {
            Of::Event => pack.events.find(code).map(|event| (&event.name, &event.source)),
            Of::Clock => pack.clocks.find(code).map(|clock| (&clock.name, &clock.source)),
            Of::Safeguard => pack.safeguards.find(code).map(|one| (&one.name, &one.source)),
            Of::Measure => pack.measures.find(code).map(|one| (&one.name, &one.source)),
        });
        match found {
            Some((name, source)) => (name.clone(), source.clone()),
            None => (Text::new(code.clone(), code.clone()), String::new()),
        }
    }

    fn durations(table: &Table, acts: &[CountRow]) -> Vec<Duration> {
        let of = |row: &Row| {
            let mut days: Vec<i64> = Vec::new();
            for act in acts.iter().filter(|act| act.pack_id == row.pack && act.code == row.code) {
                if act.kind != "opened" {
                    let n = usize::try_from(act.n).unwrap_or_default();
                    days.extend(std::iter::repeat_n(act.days, n));
                }
            }
            days.sort_unstable();
            let enough = days.len() >= SMALLEST_MEDIAN && row.total.is_some();
            // The smallest number of days that this share did not take longer than.
            let share = |of_ten: usize| {
                let rank = (days.len() * of_ten).div_ceil(10).saturating_sub(1);
                days.get(rank).copied().filter(|_| enough)
            };
            Duration {
                pack: row.pack.clone(),
                code: row.code.clone(),
                name: row.name.clone(),
                count: row.total,
                median: share(5),
                ninth_decile: share(9),
            }
        };
        table.rows.iter().filter(|row| row.code != "all").map(of).collect()
    }
}

/// What a code means.
#[derive(Clone, Copy)]
enum Of {
    Event,
    Clock,
    Safeguard,
    Measure,
}

/// A kind of table: its id, name and definition.
struct Kind {
    id: &'static str,
    of: Of,
    name: (&'static str, &'static str),
    definition: (&'static str, &'static str),
}

impl Kind {
    fn name(&self) -> Text {
        Text::new(self.name.0, self.name.1)
    }

    fn definition(&self) -> Text {
        Text::new(self.definition.0, self.definition.1)
    }
}

const RECEIVED: Kind = Kind {
    id: "received",
    of: Of::Event,
    name: ("受理", "Cases received"),
    definition: (
        "本年度立案的未成年人案件，每名未成年人一件；由他院移送接收的，接收院另计一件。",
        "Cases opened in the year, one for each child; a case taken over from another office counts at both.",
    ),
};
const FULFILLED: Kind = Kind {
    id: "measures_fulfilled",
    of: Of::Measure,
    name: ("完成的非羁押措施", "Measures fulfilled"),
    definition: (
        "本年度因完成要求而结束的非羁押措施，按种类计；同一未成年人可以有多项。随案移送的计入结束时所在机关。",
        "Measures at liberty that ended in the year because what was asked was done, by kind; a child may have several. One that went to another office counts where it ended.",
    ),
};
const REVOKED: Kind = Kind {
    id: "measures_revoked",
    of: Of::Measure,
    name: ("撤销的非羁押措施", "Measures revoked"),
    definition: (
        "本年度被撤销的非羁押措施，按种类计；撤销不当然意味着羁押。",
        "Measures at liberty that were taken back in the year, by kind; that alone puts nobody into custody.",
    ),
};
const EXPIRED: Kind = Kind {
    id: "measures_expired",
    of: Of::Measure,
    name: ("期满终止的非羁押措施", "Measures expired"),
    definition: (
        "本年度因期限届满而结束的非羁押措施，按种类计；作出决定而未开始执行的也计入。",
        "Measures at liberty that ended in the year because their time was over, by kind; those that were decided and never begun are among them.",
    ),
};
const OUTCOMES: Kind = Kind {
    id: "outcomes",
    of: Of::Event,
    name: ("审查起诉的处理结果", "Outcomes of the review"),
    definition: (
        "本年度办理的、办案规则的结果表中所列事项，按事项发生之日计；同一案件可以有多项。",
        "Events that the rules’ table of outcomes names, done in the year, by their legal day; a case may have several.",
    ),
};
const DECISIONS: Kind = Kind {
    id: "decisions",
    of: Of::Event,
    name: ("其他决定", "Other decisions"),
    definition: (
        "本年度经拟稿和另一人审批作出的其他决定，按决定之日计；含对附条件不起诉的决定、撤销和考验期届满的决定。",
        "Other decisions drafted by one person and approved by another in the year, by their legal day; among them conditional non-prosecution, its revocation and its good end.",
    ),
};
const MISSED: Kind = Kind {
    id: "missed",
    of: Of::Clock,
    name: ("错过的期限", "Clocks missed"),
    definition: (
        "本年度内届满而未办结的期限，按届满之日计；以后补办的仍计入。",
        "Clocks that ended in the year before what they measure was done, by the day on which they ended; done later, they still count.",
    ),
};
const MISSED_ANSWERED: Kind = Kind {
    id: "missed_answered",
    of: Of::Clock,
    name: ("错过期限的说明", "Missed clocks answered for"),
    definition: (
        "同上期限，承办人是否已书面说明原因。",
        "The same clocks: whether somebody has answered in writing why.",
    ),
};
const ASKED: Kind = Kind {
    id: "safeguards_asked",
    of: Of::Safeguard,
    name: ("要求的保障", "Safeguards asked for"),
    definition: (
        "本年度办理的事项中，规则要求某项保障的次数。",
        "How often in the year an act was done for which the rules ask for the safeguard.",
    ),
};
const MET: Kind = Kind {
    id: "safeguards_met",
    of: Of::Safeguard,
    name: ("按时记录的保障", "Safeguards recorded on time"),
    definition: (
        "其中办理该事项时保障记录已在卷的次数；其余为写明理由后继续办理。",
        "How often its record was on file when the act was done; otherwise the act went on with a written reason.",
    ),
};
const COMPLAINTS: Kind = Kind {
    id: "complaints",
    of: Of::Event,
    name: ("投诉", "Complaints"),
    definition: (
        "本年度登记的投诉，按登记之日计；按期指在答复期限内答复。",
        "Complaints recorded in the year, by that day; in time is answered before the answer fell due.",
    ),
};

const _: () = assert!(BANDS.len() == 4, "each band of age has a column above");
