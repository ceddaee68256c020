//! What is the child's own: the sheet that is printed for them, what they said, and complaints.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::casework::complaint::{Answerer, ComplaintView, NewComplaint, NewReply};
use crate::casework::feed::{FeedAddress, FeedView};
use crate::casework::sheet::Sheet;
use crate::casework::voice::{NewVoice, Understood, VoiceView};
use crate::http::caller::{Body, Named, Params, SignedIn};
use crate::http::{App, Problem};
use crate::record::Text;

/// In which language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// How the sheet is printed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct SheetParams {
    /// `zh` or `en`.
    lang: Language,
}

/// The sheet as a page to print.
#[derive(Template)]
#[template(path = "sheet.html")]
struct Page<'a> {
    sheet: &'a Sheet,
    lang: &'static str,
    language: Language,
}

impl Page<'_> {
    fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        if self.language == Language::Zh { zh } else { en }
    }

    fn s<'t>(&self, text: &'t Text) -> &'t str {
        if self.language == Language::Zh { &text.zh } else { &text.en }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template gives references")]
    fn day(&self, day: &NaiveDate) -> String {
        match self.language {
            Language::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            Language::En => day.format("%-d %B %Y").to_string(),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template gives references")]
    fn understood(&self, how: &Understood) -> &'static str {
        match how {
            Understood::Yes => self.t("听懂了", "understood"),
            Understood::Partly => {
                self.t("听懂了一部分，会再说明", "understood in part, to be explained again")
            }
            Understood::No => self.t("没有听懂，会再说明", "not understood, to be explained again"),
            Understood::Unsaid => self.t("没有说", "did not say"),
        }
    }
}

/// The child's own sheet, to be printed: what happens, who is who, what they agreed, may ask for, how to complain, when.
#[utoipa::path(get, path = "/api/v1/cases/{id}/sheet", tag = "child", params(("id" = Uuid, Path), SheetParams),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn sheet(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Params(params): Params<SheetParams>,
) -> Result<Html<String>, Problem> {
    let sheet = app.service.sheet(&caller, id).await?;
    let lang = if params.lang == Language::Zh { "zh-CN" } else { "en" };
    let page = Page { sheet: &sheet, lang, language: params.lang };
    let broken = |_| crate::casework::CaseworkError::Corrupt { what: "sheet" };
    Ok(Html(page.render().map_err(broken)?))
}

/// How the sheet looks, on a screen and on A4.
#[utoipa::path(get, path = "/sheet.css", tag = "child", security(()), responses((status = 200, content_type = "text/css", body = String)))]
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("sheet.css"))
}

/// What the child said, in their own words.
#[utoipa::path(get, path = "/api/v1/cases/{id}/voices", tag = "child", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<VoiceView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn voices(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<VoiceView>>, Problem> {
    Ok(Json(app.service.voices(&caller, id).await?))
}

/// Record what the child said, who explained it to them, and whether they understood.
#[utoipa::path(post, path = "/api/v1/cases/{id}/voices", tag = "child", params(("id" = Uuid, Path)), request_body = NewVoice,
    responses((status = 201, body = VoiceView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn add_voice(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewVoice>,
) -> Result<(StatusCode, Json<VoiceView>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.record_voice(&caller, id, &new).await?)))
}

/// A complaint that was recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Its identity, to be told to whoever complained.
    id: Uuid,
}

/// Record a complaint of the child, or of somebody for them.
#[utoipa::path(post, path = "/api/v1/cases/{id}/complaints", tag = "child", params(("id" = Uuid, Path)), request_body = NewComplaint,
    responses((status = 201, body = Recorded), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn complain(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewComplaint>,
) -> Result<(StatusCode, Json<Recorded>), Problem> {
    let id = app.service.complain(&caller, id, &new).await?;
    Ok((StatusCode::CREATED, Json(Recorded { id })))
}

/// The complaints of a case; for supervisors, but for those about themselves.
#[utoipa::path(get, path = "/api/v1/cases/{id}/complaints", tag = "child", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ComplaintView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn complaints(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<ComplaintView>>, Problem> {
    Ok(Json(app.service.complaints(&caller, id).await?))
}

/// Say which supervisor answers a complaint; never its subject.
#[utoipa::path(post, path = "/api/v1/complaints/{id}/answerer", tag = "child", params(("id" = Uuid, Path)), request_body = Answerer,
    responses((status = 200, body = ComplaintView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn assign_complaint(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(to): Body<Answerer>,
) -> Result<Json<ComplaintView>, Problem> {
    Ok(Json(app.service.assign_complaint(&caller, id, &to).await?))
}

/// Answer a complaint, as a supervisor who is not its subject.
#[utoipa::path(post, path = "/api/v1/complaints/{id}/answer", tag = "child", params(("id" = Uuid, Path)), request_body = NewReply,
    responses((status = 200, body = ComplaintView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn answer_complaint(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(reply): Body<NewReply>,
) -> Result<Json<ComplaintView>, Problem> {
    Ok(Json(app.service.answer_complaint(&caller, id, &reply).await?))
}

/// Whether your calendar has an address.
#[utoipa::path(get, path = "/api/v1/calendar", tag = "work",
    responses((status = 200, body = FeedView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn feed(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<Json<FeedView>, Problem> {
    Ok(Json(app.service.feed(&caller).await?))
}

/// Give your calendar a secret address, in place of the one before. It is shown once.
#[utoipa::path(post, path = "/api/v1/calendar", tag = "work", responses((status = 201, body = FeedAddress)))]
pub async fn make_feed(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<(StatusCode, Json<FeedAddress>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.make_feed(&caller).await?)))
}

/// Take the address of your calendar away.
#[utoipa::path(delete, path = "/api/v1/calendar", tag = "work",
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn drop_feed(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<StatusCode, Problem> {
    app.service.drop_feed(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A person's dates as iCalendar, at an address that is a secret.
#[utoipa::path(get, path = "/calendar/{token}", tag = "work", params(("token" = String, Path)), security(()),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn calendar(
    State(app): State<App>,
    Named(token): Named<String>,
) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    let text = app.service.calendar(&token, app.service.new_id()).await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text))
}
