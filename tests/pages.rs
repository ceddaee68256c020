//! Pages: who gets them, what they say when something is wrong, and that nothing is lost or done twice.

use axum::body::Body;
use axum::http::Request;
use std::collections::BTreeMap;

use crate::access::body;
use crate::duties::fresh;
use crate::support::app::{Answer, TestApp};
use crate::support::case::{TestCase, seal};
use crate::support::on_both;
use tutela::access::{Action, CaseScope, Kind, Resource, permit, permit_at};
use tutela::http::{Asks, PAGES};

mod decide;
mod facts;
mod journal;
mod once;
mod work;

on_both!(
    every_page_asks_what_the_list_of_routes_says,
    an_act_is_asked_checked_sent_and_done_once,
    two_people_meet_at_a_conflict,
    records_staff_seal_answer_and_certify_by_form
);

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

impl TestApp {
    pub(crate) async fn page(&self, who: &str, path: &str) -> Answer {
        self.page_in(who, path, "zh-CN").await
    }

    pub(crate) async fn page_in(&self, who: &str, path: &str, language: &str) -> Answer {
        let request =
            self.request(who, "GET", path).header(HTML.0, HTML.1).header("accept-language", language);
        self.call(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn fill_in(&self, who: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self
            .request(who, "POST", path)
            .header(HTML.0, HTML.1)
            .header("content-type", "application/x-www-form-urlencoded");
        self.call(request.body(Body::from(body)).unwrap()).await
    }
}

pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

/// What a page says is wrong; all of it where it says nothing of the kind.
pub(crate) fn wrong(answer: &Answer) -> String {
    let page = text(answer);
    let summary = page.split_once("class=\"summary\"").and_then(|(_, rest)| rest.split_once("</div>"));
    summary.map_or(page.clone(), |(summary, _)| summary.to_owned())
}

/// Names and values of the fields that a page keeps for the next step.
pub(crate) fn kept(page: &str) -> BTreeMap<String, String> {
    let between = |text: &str, begin: &str| {
        let rest = text.split_once(begin)?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let hidden = page.split("<input type=\"hidden\"").skip(1);
    hidden.filter_map(|field| Some((between(field, "name=\"")?, between(field, "value=\"")?))).collect()
}

pub(crate) fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

/// Every page is asked for by everybody: whom the policy does not let do what the list of routes says, get none of it.
async fn every_page_asks_what_the_list_of_routes_says(app: &TestApp) {
    let case = TestCase::open(app).await;
    let asked =
        serde_json::json!({"form": "social_investigation", "due": "2026-12-01", "reason": "审查起诉需要"});
    let asked = app.post("zhao.ning", &case.path("/assessments"), &asked).await;
    assert_eq!(asked.status, 201, "{}", asked.json());
    let assessment = asked.json()["assessment"].as_str().unwrap().to_owned();
    let bail = body("post", "/api/v1/cases/{id}/measures").unwrap();
    let proposed = app.post("zhao.ning", &format!("/api/v1/cases/{}/measures", case.id), &bail).await;
    let measure = proposed.json()["measure"].as_str().unwrap().to_owned();
    app.settle().await;
    let offices = app.service.offices();
    let hewan = offices.by_code("HW").unwrap().id;
    let scope = CaseScope { case: case.id.parse().unwrap(), ..CaseScope::at(hewan) };
    let mut tried = 0;
    for route in PAGES {
        for (method, asks) in route.methods.iter().zip(route.asks) {
            let Asks::May(action) = *asks else { continue };
            if matches!(action, Action::OwnSession | Action::ListCases) {
                continue;
            }
            let path = route
                .path
                .replace("{id}", if route.path.starts_with("/packs") { "cn-procuratorate" } else { &case.id })
                .replace("{event}", "T14")
                .replace("{safeguard}", "S03")
                .replace("{document}", "D03")
                .replace("{entry}", "1")
                .replace("{leaf}", "1")
                .replace("{item}", &case.id)
                .replace("{deputy}", &case.id)
                .replace("{exclusion}", &case.id)
                .replace("{copy}", &case.id)
                .replace("{assessment}", &assessment)
                .replace("{section}", "family")
                .replace("decisions/{step}", "decisions/decline")
                .replace("work/{step}", "work/breach")
                .replace("{step}", "release")
                .replace("{kind}", "bail")
                .replace("{no}", "1")
                .replace("{person}", "new")
                .replace("{measure}", &measure);
            assert!(!path.contains('{'), "{path}: say which one");
            for (login, token) in &app.tokens {
                let viewer = app.service.authenticate(token).await.unwrap().unwrap();
                let may = match action.kind() {
                    Kind::Case => permit(&viewer, action, &scope, &offices).is_ok(),
                    // At which office, the form says: strangers to all are tried.
                    Kind::Office if login == "tang.ye" => permit_at(&viewer, action, hewan, &offices).is_ok(),
                    Kind::Office => continue,
                    Kind::Service => permit(&viewer, action, Resource::Service, &offices).is_ok(),
                };
                let answer = match *method {
                    "get" => app.page(login, &path).await,
                    _ => app.fill_in(login, &path, &[("office", "HW"), ("case", &case.id)]).await,
                };
                let place = format!("{login}: {method} {path}: {}", answer.status);
                assert_ne!(answer.status, 500, "{place}");
                if !may && route.path != "/cases/assignments" {
                    assert!([403, 404].contains(&answer.status.as_u16()), "{place}");
                    assert!(!text(&answer).contains("林小禾"), "{place}");
                }
                if may
                    && *method == "get"
                    && !route.path.contains("{entry}")
                    && !["{leaf}", "{no}", "/check", "/draft"].iter().any(|part| route.path.contains(part))
                {
                    assert_eq!(answer.status, 200, "{place}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

async fn an_act_is_asked_checked_sent_and_done_once(app: &TestApp) {
    let case = TestCase::open(app).await;
    let path = format!("/cases/{}/safeguards/S24", case.id);
    let form = app.page("wu.min", &path).await;
    assert_eq!(form.status, 200);
    let fields = kept(&text(&form));
    let (version, key) = (fields["v"].clone(), fields["key"].clone());

    // A wrong value is told beside its field, and what was typed stays.
    let wrong = app.fill_in("wu.min", &path, &[("v", &version), ("key", &key), ("at", "never")]).await;
    assert_eq!(wrong.status, 422);
    assert!(text(&wrong).contains("href=\"#at\""), "{}", text(&wrong));
    assert!(text(&wrong).contains("value=\"never\""), "{}", text(&wrong));

    let typed =
        [("v", version.as_str()), ("key", &key), ("at", "2026-08-01T10:00"), ("i.specialised", "true")];
    let check = app.fill_in("wu.min", &path, &typed).await;
    assert_eq!(check.status, 200, "{}", text(&check));
    assert_eq!(kept(&text(&check))["i.specialised"], "true");
    let entries =
        async || app.get("zhao.ning", &case.path("/journal")).await.json().as_array().unwrap().len();
    let before = entries().await;

    let send: Vec<(&str, &str)> = typed.into_iter().chain([("step", "send")]).collect();
    let done = app.fill_in("wu.min", &path, &send).await;
    assert_eq!(done.status, 303, "{}", text(&done));
    let again = app.fill_in("wu.min", &path, &send).await;
    assert_eq!((again.status.as_u16(), location(&again)), (303, location(&done)), "sent twice, done once");
    assert_eq!(entries().await, before + 1);
    let page = app.page("wu.min", location(&done)).await;
    assert!(text(&page).contains("role=\"status\""), "it says that it is done");
}

async fn two_people_meet_at_a_conflict(app: &TestApp) {
    let case = TestCase::open(app).await;
    let path = format!("/cases/{}/safeguards/S24", case.id);
    let fields = kept(&text(&app.page("wu.min", &path).await));
    let typed =
        [("v", fields["v"].as_str()), ("key", &fields["key"]), ("i.specialised", "true"), ("step", "send")];
    let person = [("kind", "legal_rep"), ("identity.name", "林父")];
    let other = app.fill_in("zhao.ning", &format!("/cases/{}/people/new", case.id), &person).await;
    assert_eq!(other.status, 303, "{}", text(&other));
    let conflict = app.fill_in("wu.min", &path, &typed).await;
    assert_eq!(conflict.status, 412, "{}", text(&conflict));
    let offered = kept(&text(&conflict));
    assert_eq!(offered["i.specialised"], "true", "nothing is lost");
    assert_ne!(offered["v"], fields["v"], "it goes on from the case as it is now");
    let again =
        [("v", offered["v"].as_str()), ("key", &offered["key"]), ("i.specialised", "true"), ("step", "send")];
    assert_eq!(app.fill_in("wu.min", &path, &again).await.status, 303);
}

/// The day of records staff: an entry is sealed by itself, what is due is sealed, a query is entered and decided, a
/// certificate printed. All of it is the sealer's work but the queue.
async fn records_staff_seal_answer_and_certify_by_form(app: &TestApp) {
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    case.up_to_sealing(&draft).await;
    let number = case.read("sun.lan").await.json()["case_no"].as_str().unwrap().to_owned();
    let queue = text(&app.page("sun.lan", "/records").await);
    assert!(queue.contains(&number) && queue.contains(&format!("/cases/{}/acts/T44", case.id)), "{queue}");

    let items = format!("/cases/{}/items", case.id);
    let wrong = app.fill_in("sun.lan", &items, &[("reason", "太短")]).await;
    assert_eq!(wrong.status, 422);
    assert!(text(&wrong).contains("href=\"#reason\"") && text(&wrong).contains("太短"), "{}", text(&wrong));
    let sealed = [("entry", "2"), ("reason", "涉及另一未成年人的隐私，单独封存")];
    let done = app.fill_in("sun.lan", &items, &sealed).await;
    assert_eq!((done.status.as_u16(), location(&done)), (303, items.as_str()), "{}", text(&done));
    let listed = text(&app.page("sun.lan", &items).await);
    let back =
        listed.split_once("/unsealing").unwrap().0.rsplit_once('"').unwrap().1.to_owned() + "/unsealing";
    let why = [("reason", "核实后确认不涉及他人隐私")];
    let asked = app.fill_in("sun.lan", &back, &why).await;
    assert_eq!(asked.status, 403);
    assert!(text(&asked).contains("action=\"/step-up\""), "a fresh factor is asked for: {}", text(&asked));
    let (records, chief) = (fresh(app, "sun.lan").await, fresh(app, "qian.li").await);
    assert_eq!(app.fill_in(&records, &back, &why).await.status, 303, "proposed");
    assert_eq!(app.fill_in(&chief, &back, &why).await.status, 303, "put back by another");

    case.done("sun.lan", &seal()).await;
    assert!(!text(&app.page("sun.lan", "/records").await).contains(&number));
    let query = [
        ("pack", "cn-procuratorate"),
        ("applicant", "清源市中级人民法院刑一庭"),
        ("basis", "justice_case"),
        ("rule_cited", "（2026）清刑初字第7号"),
        ("purpose", "审理漏罪"),
        ("name", "林小禾"),
        ("letter", "清法函〔2026〕7号"),
        ("written_application", "true"),
        ("person_verified", "true"),
    ];
    let unsigned = app.fill_in("sun.lan", "/records/queries", &query).await;
    assert_eq!(unsigned.status, 422);
    let page = text(&unsigned);
    assert!(page.contains("href=\"#undertaking_signed\"") && page.contains("审理漏罪"), "{page}");
    let query: Vec<_> = query.into_iter().chain([("undertaking_signed", "true")]).collect();
    let entered = app.fill_in("sun.lan", "/records/queries", &query).await;
    assert_eq!(entered.status, 303, "{}", text(&entered));
    let at = location(&entered).to_owned();
    assert!(!text(&app.page("sun.lan", &at).await).contains("/decision"), "who entered it does not decide");
    let form = text(&app.page("qian.li", &at).await);
    assert!(form.contains(&format!("{at}/decision")) && form.contains("sun.lan"), "{form}");
    let allow = [("allow", "true"), ("grounds", "依法"), ("readers", "sun.lan"), ("days", "40")];
    let wrong = app.fill_in("qian.li", &format!("{at}/decision"), &allow).await;
    assert_eq!(wrong.status, 422);
    assert!(text(&wrong).contains("href=\"#days\""), "{}", text(&wrong));
    let allow = [("allow", "true"), ("grounds", "依法"), ("readers", "sun.lan"), ("days", "7")];
    assert_eq!(app.fill_in("qian.li", &format!("{at}/decision"), &allow).await.status, 303);
    assert!(
        text(&app.page("sun.lan", &at).await).contains(&format!("/cases/{}", case.id)),
        "what may be read"
    );
    assert!(!text(&app.page("qian.li", &at).await).contains(&case.id), "the chief learns nothing");
    assert!(text(&app.page("sun.lan", "/records/queries").await).contains(&at));

    let asked = [
        ("pack", "cn-procuratorate"),
        ("applicant", "child"),
        ("name", "林小禾"),
        ("identity_checked", "true"),
    ];
    let issued = app.fill_in("sun.lan", "/records/certificates/new", &asked).await;
    assert_eq!(issued.status, 303, "{}", text(&issued));
    let paper = text(&app.page("sun.lan", location(&issued)).await);
    assert!(paper.contains("经查询，未发现林小禾有犯罪记录。"), "{paper}");
}

/// Whoever is not signed in is led to signing in, and keeps what they typed.
#[tokio::test]
async fn a_session_that_ended_loses_nothing() {
    let app = TestApp::sqlite().await;
    let page = app.page("nobody", "/cases?list=office").await;
    assert_eq!((page.status.as_u16(), location(&page)), (303, "/sign-in?to=%2Fcases%3Flist%3Doffice"));
    let sent =
        app.fill_in("nobody", "/cases/new", &[("identity.name", "林<小>禾"), ("password", "secret")]).await;
    assert_eq!(sent.status, 401);
    let page = text(&sent);
    assert!(page.contains("value=\"林&#60;小&#62;禾\""), "{page}");
    assert!(!page.contains("secret"), "{page}");
}

/// A problem is a page for whoever wants pages, and JSON for programs.
#[tokio::test]
async fn problems_are_pages_for_people() {
    let app = TestApp::sqlite().await;
    let missing = app.page_in("zhao.ning", "/cases/018f0000-0000-7000-8000-000000000000", "en").await;
    assert_eq!(missing.status, 404);
    assert!(text(&missing).contains("<html lang=\"en\">") && text(&missing).contains("Not found"));
    assert!(
        app.get("zhao.ning", "/cases/018f0000-0000-7000-8000-000000000000")
            .await
            .is_problem(404, "not-found")
    );
    let gone = app.page("zhao.ning", "/nothing/here").await;
    assert_eq!(gone.status, 404);
    assert!(text(&gone).contains("<html lang=\"zh-CN\">"), "{}", text(&gone));
    assert!(app.get("zhao.ning", "/api/v1/nothing").await.is_problem(404, "not-found"));
}

/// Style and script may be kept for good, pages never; both come under the strictest policy.
#[tokio::test]
async fn only_what_is_the_same_for_everybody_is_kept() {
    let app = TestApp::sqlite().await;
    let page = app.page("", "/sign-in").await;
    assert_eq!(page.headers["cache-control"], "no-store");
    let html = text(&page);
    for inline in [" style=", "<style", " onclick", "javascript:", "http://", "https://"] {
        assert!(!html.contains(inline), "{inline}");
    }
    let style = html.split_once("href=\"/static/").unwrap().1.split_once('"').unwrap().0;
    let style = app.page("", &format!("/static/{style}")).await;
    assert_eq!(style.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert!(style.headers.contains_key("content-security-policy"));
    assert_eq!(app.page("", "/static/0000000000000000/tutela.css").await.status, 404);
}

/// The language is the person's choice, kept in a cookie, and the switch comes back to the same place.
#[tokio::test]
async fn the_language_is_chosen_and_the_place_kept() {
    let app = TestApp::sqlite().await;
    assert!(text(&app.page_in("", "/sign-in", "fr, en;q=0.5").await).contains("<html lang=\"en\">"));
    let chosen = app.page("zhao.ning", "/language/en?to=%2Fcases%3Flist%3Doffice").await;
    assert_eq!((chosen.status.as_u16(), location(&chosen)), (303, "/cases?list=office"));
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("tutela-lang=en;"), "{cookie}");
    let request =
        app.request("", "GET", "/sign-in").header("cookie", "tutela-lang=en").header(HTML.0, HTML.1);
    let page = app.call(request.body(Body::empty()).unwrap()).await;
    assert!(text(&page).contains("<html lang=\"en\">"));
    assert_eq!(location(&app.page("", "/language/zh?to=//evil.example").await), "/");
    assert_eq!(app.page("", "/language/tlh").await.status, 404);
}

/// Somebody signs in with what they chose at their invitation, step by step, without a script.
#[tokio::test]
async fn signing_in_by_page_goes_step_by_step() {
    let app = TestApp::sqlite().await;
    let invitation = app.service.invite("zhao.ning").await.unwrap();
    let post = async |path: &str, form: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder().method("POST").uri(path).header(HTML.0, HTML.1);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        app.call(request.header("sec-fetch-site", "same-origin").body(Body::from(body)).unwrap()).await
    };
    let password = "correct horse battery";
    let differ = [("token", invitation.as_str()), ("password", password), ("again", "another thing")];
    assert_eq!(post("/sign-in/invitation", &differ).await.status, 422);
    let same = [("token", invitation.as_str()), ("password", password), ("again", password)];
    let enrol = post("/sign-in/invitation", &same).await;
    assert_eq!(enrol.status, 200, "{}", text(&enrol));
    let page = text(&enrol);
    assert!(page.contains("<svg") && !page.contains(" style="), "a QR code without inline style");
    let fields = kept(&page);
    let seed = totp_rs::Secret::try_from_base32(&fields["secret"]).unwrap();
    let totp = totp_rs::Builder::new().with_secret(seed).build().unwrap();
    let code = |late: u64| {
        let now = u64::try_from(app.service.now().timestamp()).unwrap() + late;
        totp.generate(now).to_string()
    };
    let first = [("ticket", fields["ticket"].as_str()), ("code", &code(0))];
    let signed_in = post("/sign-in/enrol", &first).await;
    assert_eq!(signed_in.status, 201, "{}", text(&signed_in));
    assert!(signed_in.headers["set-cookie"].to_str().unwrap().starts_with("__Host-tutela="));
    assert_eq!(text(&signed_in).matches("<li><code>").count(), 10, "recovery codes, shown this once");

    let wrong = post("/sign-in", &[("login", "zhao.ning"), ("password", "not this one at all")]).await;
    assert_eq!(wrong.status, 401);
    assert!(text(&wrong).contains("value=\"zhao.ning\""), "what was typed stays");
    assert!(!text(&wrong).contains("not this one"), "but not the password");
    app.now("2026-08-03T02:01:00Z");
    let second = post("/sign-in", &[("login", "zhao.ning"), ("password", password), ("to", "/cases")]).await;
    assert_eq!(second.status, 200, "{}", text(&second));
    let ticket = kept(&text(&second))["ticket"].clone();
    let done = post("/sign-in/code", &[("ticket", &ticket), ("code", &code(0)), ("to", "/cases")]).await;
    assert_eq!((done.status.as_u16(), location(&done)), (303, "/cases"), "{}", text(&done));

    let cookie = done.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let mine = Request::builder().uri("/account").header(HTML.0, HTML.1).header("cookie", &cookie);
    let mine = app.call(mine.body(Body::empty()).unwrap()).await;
    assert_eq!(mine.status, 200);
    assert!(text(&mine).contains("赵宁"));
    let out = Request::builder().method("POST").uri("/sign-out").header("cookie", &cookie);
    let out = out.header("sec-fetch-site", "same-origin").header(HTML.0, HTML.1).body(Body::empty()).unwrap();
    assert_eq!(app.call(out).await.status, 303);
    let gone = Request::builder().uri("/account").header(HTML.0, HTML.1).header("cookie", &cookie);
    assert_eq!(app.call(gone.body(Body::empty()).unwrap()).await.status, 303, "signed out");
}

/// Another site can make no browser send a form.
#[tokio::test]
async fn no_other_site_sends_a_form() {
    let app = TestApp::sqlite().await;
    for site in ["cross-site", "same-site"] {
        let request = app.request("zhao.ning", "POST", "/cases/new").header("sec-fetch-site", site);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").header(HTML.0, HTML.1);
        assert_eq!(app.call(request.body(Body::from("step=send")).unwrap()).await.status, 403, "{site}");
    }
}

/// The door of the demo is nowhere else.
#[tokio::test]
async fn there_is_no_door_but_in_a_demo() {
    let app = TestApp::sqlite().await;
    assert_eq!(app.page("", "/demo/anything").await.status, 404);
    assert_eq!(app.fill_in("", "/demo/anything", &[("login", "zhao.ning")]).await.status, 404);
}

/// One style sheet and one small script serve all pages.
#[test]
fn style_and_script_stay_small() {
    let size = |name: &str| {
        let path = format!("{}/src/http/pages/static/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::metadata(path).unwrap().len()
    };
    assert!(size("tutela.css") < 24 * 1024 && size("tutela.js") < 12 * 1024);
}
