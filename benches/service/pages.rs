//! What the server takes for each of the main pages, on the caseload of `tutela demo`, as people open them: one after the
//! other, over one connection.

use bytes::Bytes;
use serde_json::Value;

use crate::Outcome;
use crate::load::{Figures, Request, drive, fetch};
use crate::program::Home;

/// How often each is opened.
const TIMES: usize = 200;
/// Longest time in milliseconds within which 95 of 100 are to be answered.
pub(crate) const GOAL: f64 = 20.0;

/// A page: who opens it, and its address, in which `{case}` is one of their cases and `{other}` one that was not opened
/// some two thousand times before.
const PAGES: [(&str, &str); 27] = [
    ("zhao.ning", "/"),
    ("zhao.ning", "/?of=office"),
    ("zhao.ning", "/cases"),
    ("zhao.ning", "/cases/{case}"),
    ("zhao.ning", "/cases/{case}/journal"),
    ("zhao.ning", "/cases/{case}/people"),
    ("zhao.ning", "/cases/{case}/assessments"),
    ("zhao.ning", "/cases/{case}/child"),
    ("zhao.ning", "/cases/{case}/measures"),
    ("zhao.ning", "/cases/{case}/way"),
    ("zhao.ning", "/cases/{case}/safeguards/S03"),
    ("qian.li", "/"),
    ("wu.min", "/"),
    ("wu.min", "/cases?list=office"),
    ("wu.min", "/cases/new?pack=cn-procuratorate&event=T11"),
    ("fang.qing", "/"),
    ("fang.qing", "/children"),
    ("he.jing", "/"),
    ("he.jing", "/team"),
    ("he.jing", "/cases/{other}/audit"),
    ("he.jing", "/ledger"),
    ("he.jing", "/outcomes"),
    ("sun.lan", "/records"),
    ("sun.lan", "/records/queries"),
    ("admin", "/staff"),
    ("admin", "/status"),
    ("admin", "/packs/cn-procuratorate"),
];

/// What a page took.
pub(crate) struct Opened {
    pub(crate) who: &'static str,
    pub(crate) path: &'static str,
    pub(crate) bytes: usize,
    pub(crate) figures: Figures,
}

/// Makes a demo of so many children and opens its pages.
pub(crate) async fn measure(home: &Home, children: u64) -> Outcome<Vec<Opened>> {
    home.must(&["demo", "--no-serve", "--cases", &children.to_string()]);
    let served = home.serve();
    let mut opened = Vec::new();
    let (mut case, mut other) = (String::new(), String::new());
    for (who, path) in PAGES {
        let token = home.must(&["user", "token", who]);
        let ask = |path: &str| Request {
            method: "GET",
            path: path.to_owned(),
            token: token.trim().into(),
            body: Bytes::new(),
        };
        if case.is_empty() {
            let list = fetch(&served.address, ask("/api/v1/cases?list=office")).await?;
            (case, other) = (nth_case(&list, 0)?, nth_case(&list, 1)?);
        }
        let at = path.replace("{case}", &case).replace("{other}", &other);
        let bytes = fetch(&served.address, ask(&at)).await?.len();
        let sequences = (0..TIMES).map(|_| vec![ask(&at)]);
        let figures = drive(&served.address, served.child.id(), 1, sequences).await?;
        eprintln!("{who} {path}: {:.1} ms at the 95th of 100", figures.percentile(95));
        opened.push(Opened { who, path, bytes, figures });
    }
    Ok(opened)
}

fn nth_case(list: &[u8], place: usize) -> Outcome<String> {
    let list: Value = serde_json::from_slice(list)?;
    let found = list.pointer(&format!("/cases/{place}/id")).and_then(Value::as_str);
    Ok(found.ok_or("the demo has too few cases of this office")?.to_owned())
}
