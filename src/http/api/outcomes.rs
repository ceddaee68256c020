//! What cases came to, as numbers.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::fmt::Write as _;

use crate::casework::outcomes::{Outcomes, Which};
use crate::http::caller::{Params, SignedIn};
use crate::http::{App, Problem};

/// Which numbers.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct OutcomesParams {
    /// The year; the present one if left out.
    year: Option<i32>,
    /// Code of one's own topmost office; may be left out by somebody who has one.
    office: Option<String>,
}

impl OutcomesParams {
    /// The same as the use case takes it; an empty field of a form was not filled in.
    pub(in crate::http) fn which(self, export: bool) -> Which {
        Which { year: self.year, office: self.office.filter(|code| !code.is_empty()), export }
    }
}

/// What cases came to in a year, at an office and below; for its supervisors, chiefs and researchers. Small numbers are left
/// out, and those that would give them away.
#[utoipa::path(get, path = "/api/v1/outcomes", tag = "outcomes", params(OutcomesParams),
    responses((status = 200, body = Outcomes), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<OutcomesParams>,
) -> Result<Json<Outcomes>, Problem> {
    Ok(Json(app.service.outcomes(&caller, &params.which(false)).await?))
}

/// The same as a table of comma-separated values (RFC 4180), one number a line. What is left out is empty.
#[utoipa::path(get, path = "/api/v1/outcomes.csv", tag = "outcomes", params(OutcomesParams),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn export(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<OutcomesParams>,
) -> Result<Response, Problem> {
    Ok(csv(&app.service.outcomes(&caller, &params.which(true)).await?))
}

/// A file to be kept.
pub(in crate::http) fn csv(outcomes: &Outcomes) -> Response {
    // A byte order mark, without which spreadsheets take Chinese for something else.
    let mut text = String::from("\u{feff}");
    line(&mut text, &["table", "pack", "code", "name_zh", "name_en", "by", "column", "count"]);
    for table in &outcomes.tables {
        for row in &table.rows {
            let counts = std::iter::once(("all", "all", row.total)).chain(
                table
                    .columns
                    .iter()
                    .zip(&row.cells)
                    .map(|(column, count)| (by(column.by), column.code.as_str(), *count)),
            );
            for (by, column, count) in counts {
                let count = count.map(|count| count.to_string()).unwrap_or_default();
                let column = if column.is_empty() || column == "-1" { "unknown" } else { column };
                let fields =
                    [&table.id, &row.pack, &row.code, &row.name.zh, &row.name.en, by, column, &count];
                line(&mut text, &fields);
            }
        }
    }
    for one in &outcomes.durations {
        for (what, days) in [("median_days", one.median), ("ninth_decile_days", one.ninth_decile)] {
            let days = days.map(|days| days.to_string()).unwrap_or_default();
            let fields = ["durations", &one.pack, &one.code, &one.name.zh, &one.name.en, "all", what, &days];
            line(&mut text, &fields);
        }
    }
    let name = format!("attachment; filename=\"outcomes-{}-{}.csv\"", outcomes.office, outcomes.year);
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response()
}

const fn by(by: crate::casework::outcomes::By) -> &'static str {
    use crate::casework::outcomes::By;
    match by {
        By::Quarter => "quarter",
        By::Sex => "sex",
        By::Age => "age",
        By::Office => "office",
    }
}

fn line(text: &mut String, fields: &[&str]) {
    for (place, field) in fields.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\"{}\"", field.replace('"', "\"\""));
    }
    text.push_str("\r\n");
}
