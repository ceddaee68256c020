//! The journal of a long case: what is newest comes first, filters reach all of it, and so does the case's way.

use serde_json::json;

use super::text;
use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence};
use crate::support::on_both;

on_both!(a_long_journal_is_read_from_its_end);

async fn a_long_journal_is_read_from_its_end(app: &TestApp) {
    let case = TestCase::open(app).await;
    let issue = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
    case.done("zhao.ning", &issue).await;
    for _ in 0..102 {
        case.done("wu.min", &evidence("S24", "2025-11-04", &json!({"specialised": true}))).await;
    }
    let at = format!("/cases/{}/journal", case.id);
    let entry = |page: &str, number: u32| page.contains(&format!("<li id=\"e{number}\""));
    let newest = text(&app.page("zhao.ning", &at).await);
    assert!(entry(&newest, 104) && entry(&newest, 5) && !entry(&newest, 4));
    let earlier = newest.split_once("&#38;before=5\"").map_or(&*newest, |(page, _)| page);
    assert_ne!(earlier, newest, "a link leads to what was before: {newest}");
    let oldest = text(&app.page("zhao.ning", &format!("{at}?before=5")).await);
    assert!(entry(&oldest, 4) && entry(&oldest, 1) && !entry(&oldest, 5) && !oldest.contains("before="));
    // Filters find what lies further back than a page.
    let issued = text(&app.page("zhao.ning", &format!("{at}?kind=issue")).await);
    assert!(entry(&issued, 2) && issued.matches("<li id=\"e").count() == 1);
    let who = issued.split_once("\">赵宁</option>").and_then(|(before, _)| before.rsplit_once("value=\""));
    let by = text(&app.page("zhao.ning", &format!("{at}?kind=&by={}", who.unwrap().1)).await);
    assert!(entry(&by, 2) && by.matches("<li id=\"e").count() == 1, "{by}");
    let none = text(&app.page("zhao.ning", &format!("{at}?kind=draft")).await);
    assert_eq!(none.matches("<li id=\"e").count(), 0);
    // The act that opened the case is on its way, however much came after it.
    let way = text(&app.page("zhao.ning", &format!("/cases/{}/way", case.id)).await);
    assert!(way.contains("T11"), "{way}");
}
