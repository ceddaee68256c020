//! The caseload of the demonstration: children in every state, by lawful acts only.

use std::collections::BTreeSet;
use std::sync::Arc;
use tutela::casework::packs::Packs;
use tutela::demo::{Progress, build};
use tutela::law::expr::Region;

use crate::support::app::{TODAY, TestApp};
use crate::support::process::Home;

/// Three hundred children, as the command makes them. A case stands in no initial main state once it is opened. Which
/// database keeps them makes no difference to where they stand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_stands_in_every_state() {
    let app = TestApp::sqlite().await;
    let today = TODAY.parse().unwrap();
    let progress = Arc::new(Progress::default());
    // Stories end in sealed records: who tells them has the sealing key.
    let made = build(&app.sealer, &app.staff, 300, 2026, today, &progress).await.unwrap();
    assert_eq!(made.stopped, Vec::<String>::new());
    let packs = Packs::load(None).unwrap();
    let pack = packs.current("cn-procuratorate", today).unwrap();
    let all: BTreeSet<(Region, String)> = Region::ALL
        .into_iter()
        .flat_map(|region| pack.state_ids(region).into_iter().map(move |state| (region, state.to_owned())))
        .filter(|(region, state)| *region != Region::Main || state != pack.initial(Region::Main))
        .collect();
    let missing: Vec<_> = all.difference(&made.stands).collect();
    assert!(missing.is_empty(), "nobody stands in {missing:?}");
}

/// Stories are moved in time, and what ends on a working day in the case file ends on a holiday elsewhere: whatever the
/// day, no story goes wrong. In December of 2026 one in three hundred did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caseload_is_made_on_any_day() {
    for today in ["2026-12-01T09:00:00Z", "2027-02-10T01:00:00Z"] {
        let app = TestApp::sqlite().await;
        let progress = Arc::new(Progress::default());
        let today = today.parse().unwrap();
        let made = build(&app.sealer, &app.staff, 300, 2026, today, &progress).await.unwrap();
        assert_eq!(made.stopped, Vec::<String>::new(), "{today}");
    }
}

/// Where somebody's record is already, no demo is made, and it says what to do.
#[test]
fn no_demo_is_made_of_a_record() {
    let home = Home::new();
    home.ready();
    let said = home.fails(&["demo", "--cases", "1"]);
    assert!(said.contains("it is no demo of this version") && said.contains("--data"), "{said}");
    assert!(said.contains("不是本版本的演示数据"), "{said}");
    assert!(!home.must(&["user", "list"]).contains("zhao.ning"), "nothing was added");
}
