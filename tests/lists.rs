//! A list is what the policy says of each case, however the database is asked: random policies, people and cases.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use uuid::Uuid;

use crate::support::app::TestApp;
use tutela::access::{
    Action, Assurance, CaseScope, Grant, Office, OfficeKind, OfficeTree, Policy, Resource, Viewer,
};
use tutela::law::pack::StaffRole;
use tutela::record::{Part, Post, Text};
use tutela::store;

/// Other policies than ours, with every form of condition that a list can be asked for.
const WORLDS: [&str; 4] = [
    // Posts, either way round; what is optional is asked about first.
    r#"permit (principal, action == Action::"list_cases", resource)
       when { (resource has second && principal == resource.second) || (resource has lead && resource.lead == principal) };
       forbid (principal, action == Action::"list_cases", resource)
       when { (resource has social_worker && resource.social_worker != principal) || (resource has approver && resource.handed_over) };"#,
    // Negations, and an attribute where it is not there.
    r#"permit (principal, action == Action::"list_cases", resource)
       unless { resource has lead || principal.excluded.contains(resource) || resource.office in principal.clerk_at };"#,
    // Sets of cases and an office by its place in the tree.
    r#"permit (principal, action == Action::"list_cases", resource)
       when { principal.opened.contains(resource) || resource in principal.queries || resource.office in principal.chief_at };
       forbid (principal, action == Action::"list_cases", resource)
       when { !(principal.stands_in_for.isEmpty()) && resource.office in principal.records_at };"#,
    // Decided by the person alone.
    r#"permit (principal, action == Action::"list_cases", resource) when { principal.fresh || !principal.admin_at.isEmpty() };
       forbid (principal, action, resource) when { !principal.second_factor };"#,
];

/// A small world of numbers; the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn some<T: Copy>(&mut self, all: &[T], one_in: u64) -> Vec<T> {
        all.iter().copied().filter(|_| self.one_in(one_in)).collect()
    }

    fn maybe<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        (!self.one_in(3)).then(|| self.of(all))
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

struct World {
    offices: OfficeTree,
    office_ids: Vec<Uuid>,
    accounts: Vec<Uuid>,
    cases: Vec<CaseScope>,
}

impl World {
    fn draw(chance: &mut Chance, cases: usize) -> Self {
        let office_ids: Vec<Uuid> = (0..9).map(|_| chance.id()).collect();
        let mut offices = Vec::new();
        for (place, id) in office_ids.iter().enumerate() {
            let parent = (place > 0).then(|| chance.of(&office_ids[..place]));
            offices.push(Office {
                id: *id,
                parent,
                code: format!("O{place}"),
                name: Text::default(),
                kind: OfficeKind::District,
            });
        }
        let accounts: Vec<Uuid> = (0..8).map(|_| chance.id()).collect();
        let cases = (0..cases)
            .map(|_| CaseScope {
                case: chance.id(),
                office: chance.of(&office_ids),
                lead: chance.maybe(&accounts),
                second: chance.maybe(&accounts),
                social_worker: chance.maybe(&accounts),
                approver: chance.maybe(&accounts),
                sealed: chance.one_in(6),
                handed_over: chance.one_in(10),
                ..CaseScope::default()
            })
            .collect();
        Self { offices: OfficeTree::new(offices), office_ids, accounts, cases }
    }

    fn viewer(&self, chance: &mut Chance) -> Viewer {
        let ids: Vec<Uuid> = self.cases.iter().map(|case| case.case).collect();
        let grants = (0..chance.below(4))
            .map(|_| Grant { role: chance.of(&StaffRole::ALL), office: chance.of(&self.office_ids) })
            .collect();
        Viewer {
            account: chance.of(&self.accounts),
            login: String::new(),
            active: !chance.one_in(12),
            grants,
            assurance: Assurance { second_factor: !chance.one_in(12), fresh: chance.one_in(3) },
            stands_in_for: chance.some(&self.accounts, 6),
            excluded: chance.some(&ids, 20),
            opened: chance.some(&ids, 40),
            queries: chance.some(&ids, 40),
        }
    }

    /// Puts the cases into the database, as far as lists look at them.
    async fn settle(&self, app: &TestApp) {
        let id = |id: Uuid| if app.is_sqlite() { format!("x'{}'", id.simple()) } else { format!("'{id}'") };
        let bytes = if app.is_sqlite() { "x''" } else { "''::bytea" };
        let mut sql = String::new();
        for office in self.offices.all() {
            let code = &office.code;
            let office = id(office.id);
            writeln!(sql, "INSERT INTO office (id, parent_id, code, name_zh, name_en, level) VALUES ({office}, NULL, '{code}', '', '', 0);").unwrap();
        }
        let optional = |account: Option<Uuid>| account.map_or_else(|| "NULL".to_owned(), id);
        for (place, case) in self.cases.iter().enumerate() {
            writeln!(
                sql,
                "INSERT INTO case_file (id, case_no, office_id, pack_id, pack_version, version, main, measure, remedy, \
                 record, phase, lead_id, second_id, social_worker_id, approver_id, sealed, \
                 handed_over, awaiting_approval, next_due, marks, \
                 opened_at, updated_at, snapshot, events_head, events_count, people_head, people_count, clock_digests, \
                 cseq, chain_head) VALUES ({}, 'W{place}', {}, '', '', 1, '', '', '', '', '', {}, {}, {}, {}, {}, {}, 0, {}, \
                 '', 0, 0, {bytes}, {bytes}, 0, {bytes}, 0, {bytes}, 0, {bytes});",
                id(case.case),
                id(case.office),
                optional(case.lead),
                optional(case.second),
                optional(case.social_worker),
                optional(case.approver),
                u8::from(case.sealed),
                u8::from(case.handed_over),
                place % 50,
            )
            .unwrap();
        }
        app.sql(&sql).await;
    }

    /// Compares the list with the policy's answer to each case; gives how many answers were compared and how many were yes.
    async fn compare(&self, app: &TestApp, policy: &Policy, viewer: &Viewer) -> (usize, usize) {
        let said: BTreeSet<Uuid> = self
            .cases
            .iter()
            .filter(|case| {
                policy.permit(viewer, Action::ListCases.into(), Resource::Case(**case), &self.offices).is_ok()
            })
            .map(|case| case.case)
            .collect();
        let shown = |case: &&CaseScope| !case.sealed && !case.handed_over && said.contains(&case.case);
        let (mut lists, mut parts) = (Vec::new(), Vec::new());
        parts.push(self.office_ids.iter().copied().map(Part::Office).collect::<Vec<_>>());
        lists.push(self.cases.iter().filter(shown).map(|case| case.case).collect::<BTreeSet<_>>());
        for who in [viewer.account, self.accounts[0]] {
            parts.push(vec![Part::Held(Post::Lead, who)]);
            lists.push(
                self.cases.iter().filter(shown).filter(|c| c.lead == Some(who)).map(|c| c.case).collect(),
            );
            parts.push(vec![Part::Held(Post::SocialWorker, who)]);
            let own = self.cases.iter().filter(shown).filter(|c| c.social_worker == Some(who));
            lists.push(own.map(|c| c.case).collect());
        }
        for (parts, expected) in parts.iter().zip(&lists) {
            let listed = match policy.filter(viewer, &self.offices) {
                Ok(filter) => pages(app, &filter, parts).await,
                Err(denial) => {
                    assert_eq!(denial.rule, "no-role", "{viewer:?}");
                    BTreeSet::new()
                }
            };
            assert_eq!(listed, *expected, "{parts:?} of {viewer:?}");
        }
        (self.cases.len(), said.len())
    }
}

/// Everything in a list, page by page, in its order.
async fn pages(app: &TestApp, filter: &tutela::record::Filter, parts: &[Part]) -> BTreeSet<Uuid> {
    const PAGE: usize = 83;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let limit = i64::try_from(PAGE).unwrap();
        let page = store::list_cases(app.service.db(), filter, parts, after, limit).await.unwrap();
        let full = page.len() == PAGE;
        after = page.last().map(|row| (row.next_due, row.id));
        all.extend(page.into_iter().map(|row| (row.next_due, row.id)));
        if !full {
            break;
        }
    }
    assert!(all.is_sorted(), "soonest due first, each case once");
    let listed: BTreeSet<Uuid> = all.iter().map(|(_, id)| *id).collect();
    assert_eq!(listed.len(), all.len(), "each case once");
    listed
}

fn policies() -> Vec<Policy> {
    let mut policies = vec![Policy::embedded().unwrap()];
    for world in WORLDS {
        let mut text = String::new();
        for (place, policy) in world.split_inclusive(';').enumerate() {
            if policy.trim().is_empty() {
                continue;
            }
            writeln!(text, "@id(\"w{place}\") @zh(\"甲\") @en(\"w\") {}", policy.trim()).unwrap();
        }
        policies.push(Policy::from_text(&text).unwrap());
    }
    policies
}

async fn compare_worlds(app: &TestApp, cases: usize, people: usize) -> (usize, usize) {
    let mut chance = Chance(20_261_124);
    let world = World::draw(&mut chance, cases);
    world.settle(app).await;
    let (mut compared, mut yes) = (0, 0);
    for policy in policies() {
        for _ in 0..people {
            let viewer = world.viewer(&mut chance);
            let (more, permitted) = world.compare(app, &policy, &viewer).await;
            compared += more;
            yes += permitted;
        }
    }
    (compared, yes)
}

#[tokio::test]
async fn a_list_is_what_the_policy_says_of_each_case() {
    let app = TestApp::sqlite().await;
    let (compared, yes) = compare_worlds(&app, 250, 82).await;
    println!("{compared} answers compared, {yes} of them yes");
    assert!(compared >= 100_000 && yes > 5_000, "{compared} {yes}");
}

#[tokio::test]
async fn a_list_is_what_the_policy_says_of_each_case_on_postgres() {
    let Some(app) = TestApp::postgres().await else { return };
    let (compared, yes) = compare_worlds(&app, 120, 12).await;
    assert!(compared >= 7_000 && yes > 500, "{compared} {yes}");
}

/// What a database cannot be asked is denied, whole.
#[test]
fn a_policy_that_no_list_can_ask_denies_every_list() {
    let office = Uuid::from_u128(1);
    let viewer = Viewer {
        active: true,
        grants: vec![Grant { role: StaffRole::Prosecutor, office }],
        ..Viewer::default()
    };
    let tree = OfficeTree::new(vec![Office {
        id: office,
        parent: None,
        code: "O".into(),
        name: Text::default(),
        kind: OfficeKind::District,
    }]);
    for condition in [
        "resource has offered_to && principal.clerk_at.contains(resource.offered_to)",
        "if resource.sealed then false else principal.active",
        "resource has lead && resource has second && resource.lead == resource.second",
    ] {
        let policy = Policy::from_text(&format!(
            "@id(\"a\") @zh(\"甲\") @en(\"a\") permit (principal, action == Action::\"list_cases\", resource) when {{ {condition} }};"
        ))
        .unwrap();
        assert_eq!(policy.filter(&viewer, &tree).unwrap_err().rule, "policy-error", "{condition}");
    }
}
